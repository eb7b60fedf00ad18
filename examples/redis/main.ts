// Serve the Redis protocol to redis-cli and redis-benchmark.
//
//   npm run example redis [ENDPOINT]
//
// Then `redis-cli -p 6380 SET ship hawser`.
import { formatEndpoint } from 'hawser'
import { createRedisServer } from './server.js'

const [endpoint = 'tcp://127.0.0.1:6380'] = process.argv.slice(2)
const server = createRedisServer()
await server.listen(endpoint)
for (const address of server.addresses()) console.log(`listening on ${formatEndpoint(address)}`)
const [address] = server.addresses()
if (typeof address === 'object') console.log(`try: redis-cli -p ${address.port}   (Ctrl-C ends it)`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
