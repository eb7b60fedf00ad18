// LIMITS.md's chat at a quarter of its size. Prints its port; ends when it has passed on so many lines.
import process from 'node:process'
import { createServer, lines } from 'hawser'

const most = Number(process.argv[2])
let passed = 0
const server = createServer(
  {
    framing: lines({ maxFrame: 4096 }),
    maxConnections: 500,
    inbox: 16 * 1024,
    outbox: 128 * 1024,
    memory: 8 * 1024 * 1024,
    idleTimeout: 600_000,
    firstByteTimeout: Infinity,
  },
  {
    message(connection, line) {
      server.broadcast(line, { except: connection })
      passed += 1
      if (passed === most) process.exit(0)
    },
  },
)
await server.listen({ host: '127.0.0.1', port: 0 })
console.log(server.address().port)
