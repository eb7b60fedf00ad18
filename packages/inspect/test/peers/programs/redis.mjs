// The client `redis` of a server at a port, with TLS if a second word says so.
import { createClient } from 'redis'

const [port, tls] = process.argv.slice(2)
const secure = { socket: { tls: true, rejectUnauthorized: false } }
const url = `redis${tls ? 's' : ''}://127.0.0.1:${port}`
const client = createClient({ url, ...(tls && secure) })
await client.connect()
await client.set('ship', 'hawser ⚓')
console.log(await client.get('ship'))
console.log(
  await Promise.all(Array.from({ length: 100 }, (_, n) => client.set(`key ${n}`, String(n)))),
)
await client.set('large', 'x'.repeat(300_000))
console.log((await client.get('large')).length)
await client.close()
