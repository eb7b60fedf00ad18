// Learn who the client is behind HAProxy or nginx. Every connection comes from the proxy, and no client
// can pretend to be another.
//
//   npm run example behind-a-proxy [ENDPOINT]
//
// Without a proxy at hand: `npx --no hawser connect 8000 --send-proxy v2`.
import { type Connection, createServer, formatEndpoint, lines } from 'hawser'

const [endpoint = 'tcp://127.0.0.1:8000'] = process.argv.slice(2)

const server = createServer(
  {
    framing: lines(),
    // The proxies on this machine. A program on this list can claim any address: list no clients.
    proxyProtocol: { mode: 'require', trusted: ['127.0.0.1', '::1'] },
    // Counts clients, not the proxy.
    maxPerAddress: 2,
  },
  {
    open(connection) {
      console.log(describe(connection))
      return connection.send(`you are ${connection.remoteAddress}`)
    },
    message: (connection, line) => connection.send(line.toUpperCase()),
  },
)

function describe({ remote, peer, proxyHeader }: Connection<string, string>): string {
  if (proxyHeader?.command === 'local') return `a health check of ${peer?.address}`
  const { authority, ssl } = proxyHeader?.tlvs ?? {}
  const secure = ssl?.overTls === true ? `, ${ssl.version} to ${authority}` : ''
  return `${remote?.address} through ${peer?.address}${secure}`
}

server.on('drop', ({ reason, remoteAddress, error }) => {
  console.log(
    `refused ${remoteAddress}: ${reason}${error === undefined ? '' : `, ${error.message}`}`,
  )
})

await server.listen(endpoint)
console.log(`listening on ${server.addresses().map(formatEndpoint).join()}`)

process.once('SIGINT', () => void server.close())
