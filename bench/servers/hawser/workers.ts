import cluster from 'node:cluster'
import { createServer, lines } from 'hawser'
import { currentWorker, joinWorkers, startWorkers } from 'hawser/workers'
import { answerRequests } from '../../control.js'
import { fastRead } from './server.js'

/** What a worker tells the primary of this program, beside what the library says. */
interface Told {
  readonly cpu: number
  readonly connections: number
}

if (currentWorker() === undefined) await lead(Number(process.argv[2]))
else await serve()

/** The same server as `lines`, as one of several processes. */
async function serve(): Promise<void> {
  const server = createServer(
    { framing: lines(), fastRead, maxConnections: 12_000, backlog: 4096 },
    {
      message(connection, line) {
        void connection.send(line.toUpperCase())
      },
    },
  )
  process.on('message', (message) => {
    if (message === 'tell') process.send?.({ cpu: readCpu(), connections: server.connections.size })
  })
  joinWorkers(server)
  await server.listen({ port: 0, host: '127.0.0.1' })
}

/** The primary, measured with all its workers. */
async function lead(count: number): Promise<void> {
  const script = new URL(import.meta.url)
  const workers = await startWorkers({ script, count, output: () => {} })
  const [address] = workers.info().addresses
  if (address === undefined || typeof address === 'string') throw new Error('not on TCP')
  answerRequests(
    {
      cpu: async () => (await askAll()).reduce((sum, { cpu }) => sum + cpu, readCpu()),
      connections: async () => {
        return (await askAll()).reduce((sum, { connections }) => sum + connections, 0)
      },
      spread: async () => (await askAll()).map(({ connections }) => connections),
    },
    address.port,
  )
}

function askAll(): Promise<Told[]> {
  return Promise.all(
    Object.values(cluster.workers ?? {}).map((worker) => {
      if (worker === undefined) throw new Error('a worker is gone')
      // The library speaks on the same channel, and two messages may come in one turn.
      return new Promise<Told>((resolve) => {
        const hear = (told: Partial<Told>): void => {
          if (told.cpu === undefined) return
          worker.off('message', hear)
          resolve(told as Told)
        }
        worker.on('message', hear)
        worker.send('tell')
      })
    }),
  )
}

/** Microseconds of processor time this process has used, in user mode and in the kernel. */
function readCpu(): number {
  const { user, system } = process.cpuUsage()
  return user + system
}
