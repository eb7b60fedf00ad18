// Pass every connection on to another server. How much went each way is printed.
//
//   npm run example relay [ENDPOINT] [UPSTREAM]
//
// Start something on port 9000, such as `nc -l 127.0.0.1 9000`, then connect with `nc 127.0.0.1 8000`.
import { connect, createServer, formatEndpoint, relay } from 'hawser'

const [endpoint = 'tcp://127.0.0.1:8000', upstream = 'tcp://127.0.0.1:9000'] = process.argv.slice(2)

const server = createServer(async (inner) => {
  const outer = await connect(upstream)
  const { aToB, bToA, endedBy } = await relay(inner, outer)
  const first = endedBy === 'a' ? 'the client' : 'the upstream'
  console.log(`port ${inner.remotePort}: ${aToB} bytes up, ${bToA} down, ${first} ended first`)
})
server.on('error', ({ message }) => console.error(message))

await server.listen(endpoint)
console.log(`relaying ${formatEndpoint(server.address() ?? endpoint)} to ${upstream}`)
