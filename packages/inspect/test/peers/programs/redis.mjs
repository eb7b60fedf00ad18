// The client `redis` of a server at a port.
import { createClient } from 'redis'

const [port] = process.argv.slice(2)
const client = createClient({ url: `redis://127.0.0.1:${port}` })
await client.connect()
await client.set('ship', 'hawser ⚓')
console.log(await client.get('ship'))
console.log(
  await Promise.all(Array.from({ length: 100 }, (_, n) => client.set(`key ${n}`, String(n)))),
)
await client.set('large', 'x'.repeat(300_000))
console.log((await client.get('large')).length)
await client.close()
