// Use every processor, and reload without a refused client. A client hears which worker serves it.
//
//   npm run example workers [ENDPOINT [WORKERS]]
//
// Then type lines to `nc 127.0.0.1 8000`. A line that begins with "all " reaches every client, whichever
// worker serves it. `kill -HUP` replaces the workers one by one; Ctrl-C lets each client finish.
import { createServer, formatEndpoint, lines } from 'hawser'
import {
  currentWorker,
  joinWorkers,
  startWorkers,
  type Workers,
  workersBackplane,
} from 'hawser/workers'

const [endpoint = 'tcp://127.0.0.1:8000', count = 'auto'] = process.argv.slice(2)
const worker = currentWorker()
if (worker === undefined) await lead()
else await serve(worker.slot)

/** The primary: it serves no client itself. */
async function lead(): Promise<void> {
  const workers = await startWorkers({
    script: new URL(import.meta.url),
    args: process.argv.slice(2),
    count: count === 'auto' ? 'auto' : Number(count),
    drain: 5_000,
  })
  const { addresses, count: started } = workers.info()
  console.log(`listening on ${addresses.map(formatEndpoint).join()} with ${started} workers`)
  console.log(`kill -HUP ${process.pid} replaces them, Ctrl-C ends them`)
  workers.on('exit', ({ slot, expected, code, signal }) => {
    if (!expected) console.log(`worker ${slot} crashed: ${signal ?? code}`)
  })
  workers.on('listening', ({ slot, pid }) => console.log(`worker ${slot} is process ${pid} now`))
  process.on('SIGHUP', () => void renew(workers))
  process.once('SIGINT', () => void end(workers))
}

async function renew(workers: Workers): Promise<void> {
  try {
    const { replaced, drained } = await workers.reload()
    console.log(`replaced ${replaced} workers, drained ${drained} connections`)
  } catch (error) {
    console.log(`the old workers stay: ${String(error)}`)
  }
}

async function end(workers: Workers): Promise<void> {
  const { drained, forced } = await workers.close()
  console.log(`closed: ${drained} drained, ${forced} forced`)
}

/** A worker: an ordinary server. */
async function serve(slot: number): Promise<void> {
  const server = createServer(
    { framing: lines(), backplane: workersBackplane() },
    {
      message(connection, line) {
        if (line.startsWith('all ')) server.broadcast(line.slice(4))
        else void connection.send(`worker ${slot} heard ${line}`)
      },
    },
  )
  joinWorkers(server)
  await server.listen(endpoint)
}
