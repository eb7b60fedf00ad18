// Begin in plain text and go on under TLS, as SMTP does. So do IMAP, LDAP and PostgreSQL.
//
//   npm run example starttls [ENDPOINT [CERT KEY]]
//
// Without CERT and KEY it takes the certificate of `hawser cert`, which is good for localhost. Then
// `openssl s_client -connect localhost:8025 -starttls smtp -crlf`.
import { type Connection, connect, createServer, lines } from 'hawser'
import { provideIdentity } from '../support/identity.js'

const [endpoint = 'tcp://localhost:8025', cert, key] = process.argv.slice(2)
const identity = provideIdentity(cert, key)

const server = createServer<string, string>(
  { framing: lines({ sendCrlf: true }), tls: identity },
  {
    open: (connection) => void connection.send('220 localhost ready'),
    async message(connection, command) {
      if (command === 'STARTTLS' && connection.tls === undefined) {
        // Reading stops here. Bytes that were sent behind STARTTLS are refused: nothing in plain text
        // may be taken for what came under TLS.
        await connection.startTls({ reply: '220 go ahead' })
      } else await reply(connection, command)
    },
  },
)

async function reply(connection: Connection<string, string>, command: string): Promise<void> {
  if (command.startsWith('EHLO')) {
    await connection.send('250-localhost')
    await connection.send(connection.tls === undefined ? '250 STARTTLS' : '250 HELP')
  } else if (connection.tls === undefined) await connection.send('530 STARTTLS first')
  else await connection.send(`250 ${command} came under ${connection.tls.protocol}`)
}

// tcp:// although there is TLS: TLS begins later, when both have agreed to it.
await server.listen(endpoint)
const address = server.address()
if (address === null || typeof address === 'string') throw new TypeError('it has no port')
console.log(`listening on tcp://localhost:${address.port}`)

const client = await connect<string, string>(`tcp://localhost:${address.port}`, {
  framing: lines({ sendCrlf: true }),
  tls: { ca: identity.cert },
})
const replies = client[Symbol.asyncIterator]()
const next = async (): Promise<unknown> => (await replies.next()).value

console.log(await next())
await client.send('VRFY ann')
console.log(await next())
await client.send('STARTTLS')
console.log(await next())
await client.startTls()
await client.send('VRFY ann')
console.log(await next())
await client.close()

process.once('SIGINT', () => void server.close())
console.log('Ctrl-C ends.')
