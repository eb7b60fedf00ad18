// A connection that begins in plain text and goes on under TLS, as in SMTP, IMAP, LDAP or PostgreSQL.
//
//   hawser cert --out /tmp/hawser-example
//   node examples/dist/15-starttls.js [ENDPOINT] [CERT] [KEY]
//   openssl s_client -connect localhost:8025 -starttls smtp -crlf
import { type Connection, connect, createServer, lines } from 'hawser'

const folder = '/tmp/hawser-example'
const [endpoint = 'tcp://localhost:8025', cert, key] = process.argv.slice(2)
const identity = {
  cert: cert ?? `${folder}/hawser-cert.pem`,
  key: key ?? `${folder}/hawser-key.pem`,
}

const server = createServer<string, string>(
  { framing: lines({ sendCrlf: true }), tls: identity },
  {
    open: (connection) => void connection.send('220 localhost ready'),
    async message(connection, command) {
      if (command === 'STARTTLS' && connection.tls === undefined) {
        // Reading stops here. Whatever was sent behind STARTTLS is refused, and not taken up later.
        await connection.startTls({ reply: '220 go ahead' })
      } else await answer(connection, command)
    },
  },
)

async function answer(connection: Connection<string, string>, command: string): Promise<void> {
  if (command.startsWith('EHLO')) {
    await connection.send('250-localhost')
    await connection.send(connection.tls === undefined ? '250 STARTTLS' : '250 HELP')
  } else if (connection.tls === undefined) await connection.send('530 STARTTLS first')
  else await connection.send(`250 ${command} came under ${connection.tls.protocol}`)
}

// tcp:// although there is TLS: it begins when both have agreed to it.
await server.listen(endpoint)
const address = server.address()
if (address === null || typeof address === 'string') throw new TypeError('it has no port')
console.log(`listening on tcp://localhost:${address.port}`)

const client = await connect<string, string>(`tcp://localhost:${address.port}`, {
  framing: lines({ sendCrlf: true }),
  tls: { ca: identity.cert },
})
const answers = client[Symbol.asyncIterator]()
const next = async (): Promise<unknown> => (await answers.next()).value

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
