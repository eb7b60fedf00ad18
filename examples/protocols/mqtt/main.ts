// Serve MQTT 3.1.1 to any client: QoS 0 and 1, wildcards.
//
//   npm run example mqtt [ENDPOINT]
//
// Then `npx mqtt subscribe -p 1883 -t 'ship/#' -v` and `npx mqtt publish -p 1883 -t ship/a -m hawser`.
import { formatEndpoint } from 'hawser'
import { createBroker } from './broker.js'

const [endpoint = 'tcp://127.0.0.1:1883'] = process.argv.slice(2)
const broker = createBroker()
await broker.listen(endpoint)
for (const address of broker.addresses()) console.log(`listening on ${formatEndpoint(address)}`)
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void broker.close())
console.log('Ctrl-C ends it.')
