import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import { startBroker } from '../../support/broker.js'
import { answerMeasurements } from '../../support/measured.js'
import { type Kind, openSender, type Sender } from './ends.js'

// A NATS server, a process that receives, and this one, which sends. All of them end with this one.
const kind = process.argv[2] as Kind
/** Messages of one turn of the event loop. */
const batch = 100
const text = 'x'.repeat(64)

const servers = await startBroker('nats-server')
const receiver = fork(fileURLToPath(new URL('receiver.js', import.meta.url)), [kind, servers])
await once(receiver, 'message')
const sender: Sender = await openSender(kind, servers)
answerMeasurements(0, { send, pace, receiver: () => ask('cpu') })

/** Send so many, and wait until all have arrived. */
async function send(argument: unknown): Promise<void> {
  const messages = argument as number
  const arrived = await expectAll('count', messages)
  // Two turns are under way at a time, so that neither side waits for the other.
  let before: Promise<unknown> = Promise.resolve()
  for (let sent = 0; sent < messages; sent += batch) {
    const sending = sender.publish(Math.min(batch, messages - sent), text)
    await before
    before = sending
  }
  await before
  await arrived()
}

/** Send one each millisecond, with the time in it; the milliseconds that they took. */
async function pace(argument: unknown): Promise<unknown> {
  const messages = argument as number
  const arrived = await expectAll('times', messages)
  const began = performance.now()
  for (let sent = 0; sent < messages;) {
    for (; sent < messages && performance.now() - began >= sent; sent += 1) {
      void sender.publish(1, `${process.hrtime.bigint()}`.padEnd(64))
    }
    await new Promise((resolve) => setTimeout(resolve, 1))
  }
  return arrived()
}

/** Once the other side counts, so that none comes before; fulfils with what fulfils when all are there. */
async function expectAll(question: string, count: number): Promise<() => Promise<unknown>> {
  await ask(question, count)
  const arrived = once(receiver, 'message')
  return async () => ((await arrived) as [unknown])[0]
}

async function ask(question: string, count?: number): Promise<unknown> {
  receiver.send({ question, count })
  const [answer] = (await once(receiver, 'message')) as [unknown]
  return answer
}
