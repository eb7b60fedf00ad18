// Keep addresses out, and bound how fast clients connect. The list changes while the server runs.
//
//   npm run example who-may-connect [ENDPOINT [FILE]]
//
// FILE holds addresses, CIDR blocks and ranges to refuse, one a line. Without it, none is refused.
// Then connect three times with `nc 127.0.0.1 8000`. Enter, here, reads the list again.
import { createServer, formatEndpoint, lines } from 'hawser'

const [endpoint = 'tcp://127.0.0.1:8000', file] = process.argv.slice(2)
const deny = file === undefined ? [] : [file]

const server = createServer(
  {
    framing: lines(),
    goodbye: 'not now',
    // At most two from one IPv4 address, or from one /64 network of IPv6.
    maxPerAddress: 2,
    // Five new ones a second from each, and twenty at once.
    connectRate: { perSecond: 5, burst: 20 },
    deny,
    // A line may drip in for 4 × 15 s, as a person types. Then it is a slowloris.
    frameTimeout: 15_000,
    minimumRate: 240,
  },
  { message: (connection, line) => connection.send(line.toUpperCase()) },
)

server.on('drop', ({ reason, remoteAddress }) => {
  console.log(`refused ${remoteAddress}: ${reason}, ${server.refused[reason]} so far`)
})

await server.listen(endpoint)
console.log(`listening on ${server.addresses().map(formatEndpoint).join()}`)
console.log('Connect three times, with telnet or nc. Enter reads the list again. Ctrl-C ends.')

process.stdin.on('data', () => {
  try {
    server.setAccess({ deny })
    console.log('the list was read again')
  } catch (error) {
    // The old list stays.
    console.log((error as Error).message)
  }
})
process.once('SIGINT', () => {
  process.stdin.pause()
  void server.close()
})
