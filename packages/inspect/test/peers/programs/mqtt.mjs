// A broker of MQTT and two clients of it in one process; over TLS with the files of a certificate.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { createServer as createTlsServer } from 'node:tls'
import { Aedes } from 'aedes'
import mqtt from 'mqtt'

const broker = await Aedes.createBroker()
const [cert, key] = process.argv.slice(2).map((file) => readFileSync(file))
const server = cert ? createTlsServer({ cert, key }, broker.handle) : createServer(broker.handle)
await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
const url = `mqtt${cert ? 's' : ''}://127.0.0.1:${server.address().port}`
const trust = { rejectUnauthorized: false }
const listening = await mqtt.connectAsync(url, { ...trust, clientId: 'listening' })
await listening.subscribeAsync('ships/#', { qos: 1 })
const heard = new Promise((resolve) =>
  listening.once('message', (topic, text) => resolve([topic, String(text)])),
)
const speaking = await mqtt.connectAsync(url, { ...trust, clientId: 'speaking' })
await speaking.publishAsync('ships/one', 'hawser ⚓', { qos: 1 })
console.log(await heard)
await Promise.all([listening.endAsync(), speaking.endAsync()])
await new Promise((resolve) => broker.close(resolve))
server.close(() => console.log('closed'))
