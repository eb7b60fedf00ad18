// Start a TCP server, by function and by class, and be told when it listens.
//
//   node examples/dist/01-start-a-server.js [ENDPOINT [ENDPOINT]]
import { createServer, formatEndpoint, lines, Server } from 'hawser'

const [first = 'tcp://127.0.0.1:8000', second = 'tcp://127.0.0.1:8001'] = process.argv.slice(2)

// By function: what is done with each connection is a function of it.
const shouting = createServer({ framing: lines() }, async (connection) => {
  for await (const line of connection) await connection.send(line.toUpperCase())
})

// By class: the same, with one object for all connections.
const measuring = new Server(
  { framing: lines() },
  { message: (connection, line) => connection.send(`${line.length} characters`) },
)

// Told by an event, once for each endpoint; by a callback; by the promise.
shouting.on('listening', (address) => console.log(`event: ${formatEndpoint(address)}`))
await shouting.listen(first, () => console.log('callback: the first server listens'))
await measuring.listen(second)
console.log(`promise: ${measuring.addresses().map(formatEndpoint).join()} listens too`)
console.log('Type lines to either, with telnet or nc. Ctrl-C ends both.')

process.once('SIGINT', () => {
  void shouting.close()
  void measuring.close()
})
