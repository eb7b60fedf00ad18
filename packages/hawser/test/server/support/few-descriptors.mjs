// A server that may open few files. It says where it listens, and on each line of its input what
// its counts are; it ends with its input.
import { createInterface } from 'node:readline'
import { createServer } from 'hawser'

let errors = 0
let drops = 0
const [fastRead, endpoint] = process.argv.slice(2)
const server = createServer(
  { fastRead: fastRead === 'true' },
  { message: (connection, bytes) => connection.send(bytes) },
)
server.on('error', () => (errors += 1))
server.on('drop', () => (drops += 1))
await server.listen(endpoint)
const print = (value) => process.stdout.write(`${JSON.stringify(value)}\n`)
print(server.address())
for await (const _line of createInterface({ input: process.stdin })) {
  const { accepted, connections, refused, effectiveMaxConnections } = server.info()
  print({ accepted, connections, refused, effectiveMaxConnections, errors, drops })
}
await server.close({ drain: 0 })
