// Sends back what arrives, by node:net, by Hawser or over HTTP, at a port that it prints.
import { once } from 'node:events'
import * as http from 'node:http'
import * as net from 'node:net'
import { createServer, raw } from 'hawser'

const servers = {
  net: () => net.createServer((socket) => socket.pipe(socket)),
  http: () => http.createServer((request, response) => request.pipe(response)),
  hawser: () =>
    createServer(
      { framing: raw() },
      { message: (connection, bytes) => void connection.send(Buffer.from(bytes)) },
    ),
}

const [kind] = process.argv.slice(2)
const server = servers[kind]()
const listening = once(server, 'listening')
void server.listen({ host: '127.0.0.1', port: 0 })
await listening
console.log(`port ${server.address().port}, ready`)
