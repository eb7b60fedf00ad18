// Follow a server's events, from listening to close.
//
//   npm run example server-events [ENDPOINT]
//
// Then connect with `nc 127.0.0.1 8000`, and press Ctrl-C here.
import { createServer, formatEndpoint } from 'hawser'

const [endpoint = 'tcp://127.0.0.1:8000'] = process.argv.slice(2)

const server = createServer((connection) => connection.send('Hello, and goodbye.\n'))
server.on('listening', (address) => console.log(`listening: ${formatEndpoint(address)}`))
server.on('connection', ({ remoteAddress, remotePort }) => {
  console.log(`connection: ${remoteAddress} port ${remotePort}`)
})
server.on('close', () => console.log('close: the server and all its connections are gone'))
server.on('error', (error) => console.log(`error: ${error.code}: ${error.message}`))
await server.listen(endpoint)

// A second server on the same endpoint fails. Its error says where, why, and what to do.
const late = createServer()
late.on('error', (error) => console.log(`error: ${error.code}: ${error.message}`))
await late.listen(server.address() ?? endpoint)

process.once('SIGINT', () => void server.close())
