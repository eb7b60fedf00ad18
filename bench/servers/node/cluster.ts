import cluster, { type Worker } from 'node:cluster'
import { once } from 'node:events'
import { createServer, type AddressInfo } from 'node:net'
import { answerRequests } from '../../control.js'
import { readCpu } from '../../support/measured.js'
import { answerLines } from './answer-lines.js'

/** What a worker tells the primary. */
interface Told {
  readonly cpu: number
  readonly connections: number
  readonly port: number
}

if (cluster.isPrimary) await lead(Number(process.argv[2]))
else serve()

/** The best by hand, in one of several processes. */
function serve(): void {
  let connections = 0
  const server = createServer({ noDelay: true }, (socket) => {
    connections += 1
    socket.on('error', () => {})
    socket.on('close', () => {
      connections -= 1
    })
    answerLines(socket)
  })
  const tell = (): void => {
    const { port } = server.address() as AddressInfo
    process.send?.({ cpu: readCpu(), connections, port } satisfies Told)
  }
  process.on('message', tell)
  server.listen(0, '127.0.0.1', 4096, tell)
}

/** The primary, measured with all its workers. It accepts, and hands the connections on in turn. */
async function lead(count: number): Promise<void> {
  const workers = Array.from({ length: count }, () => cluster.fork())
  const [first] = await Promise.all(workers.map(hear))
  const askAll = (): Promise<Told[]> => {
    return Promise.all(
      workers.map((worker) => {
        worker.send('tell')
        return hear(worker)
      }),
    )
  }
  answerRequests(
    {
      cpu: async () => (await askAll()).reduce((sum, { cpu }) => sum + cpu, readCpu()),
      connections: async () => {
        return (await askAll()).reduce((sum, { connections }) => sum + connections, 0)
      },
      spread: async () => (await askAll()).map(({ connections }) => connections),
    },
    first?.port ?? 0,
  )
}

async function hear(worker: Worker): Promise<Told> {
  const [told] = (await once(worker, 'message')) as [Told]
  return told
}
