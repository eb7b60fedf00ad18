// Read a server's addresses: IPv4, IPv6 and a Unix socket.
//
//   npm run example server-address [ENDPOINT…]
//
// Then connect to one of those that it prints.
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createServer } from 'hawser'

const endpoints = process.argv.slice(2)
if (endpoints.length === 0) {
  const path = join(tmpdir(), `hawser-${process.pid}.sock`)
  endpoints.push('tcp://127.0.0.1:0', 'tcp://[::1]:0', `unix:${path}`)
}

const server = createServer((connection) => {
  console.log(`a client reached ${connection.localAddress} port ${connection.localPort}`)
})
// All of them or none: if one fails, the others are closed again.
await server.listen(endpoints)

for (const address of server.addresses()) {
  if (typeof address === 'string') console.log(`path ${address}`)
  else console.log(`port ${address.port}, family ${address.family}, address ${address.address}`)
}

process.once('SIGINT', () => void server.close())
