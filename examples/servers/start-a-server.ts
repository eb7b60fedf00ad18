// Start a server, and learn when it listens. The first is made by a function, the second by a class.
//
//   npm run example start-a-server [ENDPOINT [ENDPOINT]]
//
// Then type lines to `telnet 127.0.0.1 8000` or `nc 127.0.0.1 8001`.
import { createServer, formatEndpoint, lines, Server } from 'hawser'

const [first = 'tcp://127.0.0.1:8000', second = 'tcp://127.0.0.1:8001'] = process.argv.slice(2)

// By function: it runs once for each connection.
const shouting = createServer({ framing: lines() }, async (connection) => {
  for await (const line of connection) await connection.send(line.toUpperCase())
})

// By class, and with one object for all connections.
const measuring = new Server(
  { framing: lines() },
  { message: (connection, line) => connection.send(`${line.length} characters`) },
)

// Three ways to learn that it listens: an event for each endpoint, a callback, the promise.
shouting.on('listening', (address) => console.log(`event: ${formatEndpoint(address)}`))
await shouting.listen(first, () => console.log('callback: the first server listens'))
await measuring.listen(second)
console.log(`promise: ${measuring.addresses().map(formatEndpoint).join()} listens too`)
console.log('Type lines to either, with telnet or nc. Ctrl-C ends both.')

process.once('SIGINT', () => {
  void shouting.close()
  void measuring.close()
})
