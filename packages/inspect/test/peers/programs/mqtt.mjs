// A broker of MQTT and two clients of it in one process.
import { createServer } from 'node:net'
import { Aedes } from 'aedes'
import mqtt from 'mqtt'

const broker = await Aedes.createBroker()
const server = createServer(broker.handle)
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `mqtt://127.0.0.1:${server.address().port}`
const listening = await mqtt.connectAsync(url, { clientId: 'listening' })
await listening.subscribeAsync('ships/#', { qos: 1 })
const heard = new Promise((resolve) =>
  listening.once('message', (topic, text) => resolve([topic, String(text)])),
)
const speaking = await mqtt.connectAsync(url, { clientId: 'speaking' })
await speaking.publishAsync('ships/one', 'hawser ⚓', { qos: 1 })
console.log(await heard)
await Promise.all([listening.endAsync(), speaking.endAsync()])
await new Promise((resolve) => broker.close(resolve))
server.close(() => console.log('closed'))
