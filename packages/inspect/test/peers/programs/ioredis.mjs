// The client `ioredis` of a server at a port: one that asks and one that subscribes; with TLS if a second
// word says so.
import { Redis } from 'ioredis'

const [port, secure] = process.argv.slice(2)
const options = {
  host: '127.0.0.1',
  port: Number(port),
  ...(secure && { tls: { rejectUnauthorized: false } }),
}
const redis = new Redis(options)
const listening = new Redis(options)
await redis.del('count')
await redis.set('ship', 'hawser ⚓')
console.log(await redis.get('ship'))
console.log(await redis.pipeline().incr('count').incr('count').get('count').exec())
await listening.subscribe('news')
const heard = new Promise((resolve) =>
  listening.once('message', (channel, text) => resolve([channel, text])),
)
await redis.publish('news', 'x'.repeat(100_000))
const [channel, text] = await heard
console.log(channel, text.length)
await Promise.all([redis.quit(), listening.quit()])
