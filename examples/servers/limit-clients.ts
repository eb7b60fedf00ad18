// Count the clients, and change how many may connect. The limit rises while the server runs.
//
//   npm run example limit-clients [ENDPOINT]
//
// Then connect four times with `nc 127.0.0.1 8000`.
import { createServer, formatEndpoint, lines } from 'hawser'

const [endpoint = 'tcp://127.0.0.1:8000'] = process.argv.slice(2)

const server = createServer(
  { framing: lines(), maxConnections: 3, goodbye: 'full: come back later' },
  {
    async open(connection) {
      const count = await server.getConnections()
      console.log(`port ${connection.remotePort} connected: ${count} of ${server.maxConnections}`)
    },
    close: (connection, { reason }) => console.log(`port ${connection.remotePort} left: ${reason}`),
  },
)

server.on('drop', ({ reason, remoteAddress, remotePort, connections, limit }) => {
  console.log(`refused ${remoteAddress} port ${remotePort}: ${reason}, ${connections} of ${limit}`)
  console.log(`refused so far: ${server.refused.limit}`)
  if (server.maxConnections === 3) {
    server.maxConnections = 5
    server.getConnections((_error, count) => console.log(`${count} of 5 from now on`))
  }
})

await server.listen(endpoint)
console.log(`listening on ${server.addresses().map(formatEndpoint).join()}`)
console.log('Connect four times, with telnet or nc. Ctrl-C ends.')

process.once('SIGINT', () => void server.close())
