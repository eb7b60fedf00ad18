import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { answerMeasurements, readCpu } from '../../support/measured.js'
import { startBroker } from '../../support/broker.js'
import { type Kind, openNode } from './open-node.js'

// A broker, a process with the other node, and this one, whose node is the first. All of them end with this one.
const kind = process.argv[2] as Kind
const broker = await startBroker(kind === 'hawser' ? 'nats-server' : 'redis-server')
const node = await openNode(kind, broker)
const other = fork(fileURLToPath(new URL('other-node.js', import.meta.url)), [kind, broker])
// Before the broker, so that it does not miss it.
process.prependListener('exit', () => other.kill('SIGKILL'))
const [otherPort] = (await once(other, 'message')) as [number]

answerMeasurements(node.port, {
  ports: () => [node.port, otherPort],
  nodes: async () => readCpu() + (await ask('cpu')),
  connections: async () => node.count() + (await ask('connections')),
})

async function ask(question: 'cpu' | 'connections'): Promise<number> {
  other.send(question)
  const [answer] = (await once(other, 'message')) as [number]
  return answer
}
