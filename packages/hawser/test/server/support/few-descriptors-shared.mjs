// Two servers that share few files; the second lets connections wait for room. Both greet. It says where
// they listen, and on each line of its input what their counts are; it ends with its input.
import { createInterface } from 'node:readline'
import { createServer } from 'hawser'

let drops = 0
const greet = { open: (connection) => void connection.send('hi') }
const servers = [
  createServer({}, greet),
  createServer({ atLimit: 'pause', maxConnections: 20, backlog: 50 }, greet),
]
const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)
for (const server of servers) {
  server.on('drop', () => (drops += 1))
  await server.listen('127.0.0.1:0')
}
print(servers.map((server) => server.address()))
for await (const _line of createInterface({ input: process.stdin })) {
  print([drops, ...servers.map((server) => server.info())])
}
for (const server of servers) await server.close({ drain: 0 })
