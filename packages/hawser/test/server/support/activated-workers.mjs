// Two workers serve on the endpoint that is given, which systemd or a stand-in passed on to their
// primary. It prints where, and ends with its input.
import { fileURLToPath } from 'node:url'
import { createServer, lines } from 'hawser'
import { notifySystemd } from 'hawser/systemd'
import { currentWorker, joinWorkers, startWorkers } from 'hawser/workers'

if (currentWorker() === undefined) {
  const script = fileURLToPath(import.meta.url)
  const env = { NOTIFY_SOCKET: '/nowhere' }
  const workers = await startWorkers({ script, args: process.argv.slice(2), env, count: 2 })
  process.stdout.write(`${JSON.stringify(workers.info().addresses)}\n`)
  for await (const _chunk of process.stdin);
  await workers.close()
} else {
  const server = createServer({ framing: lines() }, (connection) => {
    void connection.send(`${process.pid} ${notifySystemd().active}`)
  })
  joinWorkers(server)
  await server.listen(process.argv[2])
}
