// Serve a device over Modbus TCP, and read it.
//
//   npm run example modbus [ENDPOINT]
//
// Then read it with another client: unit 1 and 255, holding registers from 0.
import { formatEndpoint } from 'hawser'
import { Modbus } from './client.js'
import { makeDevice } from './device.js'
import { createModbusServer } from './server.js'

const [endpoint = 'tcp://127.0.0.1:1502'] = process.argv.slice(2)
const device = makeDevice()
device.inputRegisters[0] = 215
const devices = new Map([1, 255].map((unit) => [unit, device]))
const server = createModbusServer(devices)
await server.listen(endpoint)
for (const address of server.addresses()) console.log(`listening on ${formatEndpoint(address)}`)

const client = new Modbus(server.address(), { unit: 1 })
await client.writeRegisters(10, [1, 2, 3])
console.log('registers', await client.readHoldingRegisters(10, 3))
console.log('temperature', ((await client.readInputRegisters(0, 1))[0] ?? 0) / 10)
await client.readCoils(99, 2).catch((error: Error) => console.log(error.message))
await client.close()

for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void server.close())
console.log('Ctrl-C ends it.')
