// The plainest echo server, with every default. Prints its port; SIGTERM ends it.
import process from 'node:process'
import { createServer, lines } from 'hawser'

const server = createServer(
  { framing: lines() },
  { message: (connection, line) => connection.send(line) },
)
await server.listen({ host: '127.0.0.1', port: 0 })
process.once('SIGTERM', () => process.exit(0))
console.log(server.address().port)
