// Take mails by SMTP, under STARTTLS, from those who log in.
//
//   npm run example submission [ENDPOINT [CERT KEY]]
//
// Then have a mail program send by it: STARTTLS, user ann, password secret.
import { timingSafeEqual } from 'node:crypto'
import { formatEndpoint } from 'hawser'
import { provideIdentity } from '../../support/identity.js'
import { createSubmissionServer } from './server.js'

const [endpoint = 'tcp://localhost:1587', cert, key] = process.argv.slice(2)
const server = createSubmissionServer(
  {
    authenticate: (user, password) => isSame(`${user} ${password}`, 'ann secret'),
    deliver({ user, from, to, body }) {
      const [subject] = /^Subject: .*$/m.exec(Buffer.from(body).toString()) ?? ['no subject']
      console.log(`${user} sends from ${from} to ${to.join(', ')}: ${subject}`)
    },
  },
  { tls: provideIdentity(cert, key) },
)
await server.listen(endpoint)
for (const address of server.addresses()) console.log(`listening on ${formatEndpoint(address)}`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
console.log('Ctrl-C ends it.')

function isSame(given: string, right: string): boolean {
  const bytes = Buffer.alloc(64)
  const other = Buffer.alloc(64)
  bytes.write(given)
  other.write(right)
  return given.length === right.length && timingSafeEqual(bytes, other)
}
