// Serve TLS, replace certificates, and verify the server. The certificate changes while it runs.
//
//   npm run example tls [ENDPOINT [CERT KEY]]
//
// Without CERT and KEY it takes the certificate of `hawser cert`, which is good for localhost. Then run
// the command that it prints.
import { connect, createServer, lines } from 'hawser'
import { provideIdentity } from '../support/identity.js'

const [endpoint = 'tls://localhost:8443', cert, key] = process.argv.slice(2)
const identity = provideIdentity(cert, key)

const server = createServer(
  {
    framing: lines(),
    // Read again when the files change; connections that are open go on as they are.
    tls: { ...identity, alpn: ['shout/1'], handshakeTimeout: 5_000, watch: true },
    onError: (error) => console.log(`not taken up: ${error.message}`),
  },
  { message: (connection, line) => connection.send(line.toUpperCase()) },
)
server.on('connection', ({ tls }) => {
  console.log(`server: ${tls?.protocol}, asked for ${tls?.servername}, ALPN ${tls?.alpn}`)
})
// Clients that fail the handshake, speak plain text or stall end here. The others do not notice.
server.on('drop', ({ reason, error }) => console.log(`refused: ${reason}, ${error?.message}`))

await server.listen(endpoint)
const address = server.address()
if (address === null || typeof address === 'string') throw new TypeError('it has no port')
const here = `tls://localhost:${address.port}`
console.log(`listening on ${here}`)

// The certificate is its own authority here; elsewhere, leave `ca` out or name your authority's.
const client = await connect(here, {
  framing: lines(),
  tls: { ca: identity.cert, alpn: ['shout/1'] },
})
console.log(`client: ${client.tls?.protocol}, verified: ${client.tls?.authorized}`)
await client.send('ahoy')
for await (const answer of client) {
  console.log(`client: ${answer}`)
  break
}
await client.close()

try {
  await connect(here)
} catch (error) {
  console.log(`client: ${(error as Error).message}`)
}

process.once('SIGINT', () => void server.close())
console.log(`npx --no hawser connect ${here} --ca ${identity.cert}`)
console.log('`npx --no hawser cert --force` replaces the certificate. Ctrl-C ends.')
