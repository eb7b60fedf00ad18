// A worker of the tests. It answers lines with its process number and the line; some lines have it do
// something. What it is to be it finds in its environment.
import { existsSync } from 'node:fs'
import { createServer, lines } from 'hawser'
import { currentWorker, joinWorkers } from 'hawser/workers'

const { ENDPOINT = '127.0.0.1:0', BROKEN_IF, OPTIONS = '{}' } = process.env

const server = createServer(
  { framing: lines(), ...JSON.parse(OPTIONS) },
  {
    message(connection, line) {
      if (line === 'crash') process.exit(7)
      if (line === 'block') for (;;);
      if (line === 'hold') return new Promise(() => {})
      if (line === 'slot') return connection.send(JSON.stringify(currentWorker() ?? null))
      return connection.send(`${process.pid} ${String(line)}`)
    },
  },
)
joinWorkers(server, { leave: () => console.log(`left ${process.pid}`) })
if (BROKEN_IF !== undefined && existsSync(BROKEN_IF)) throw new Error('this version is broken')
await server.listen(ENDPOINT)
console.log(`listening ${process.pid}`)
