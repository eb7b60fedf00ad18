// A server of WebSockets and its client in one process.
import { once } from 'node:events'
import { WebSocket, WebSocketServer } from 'ws'

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
server.on('connection', (socket) => {
  socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary }))
})
await once(server, 'listening')
const client = new WebSocket(`ws://127.0.0.1:${server.address().port}`)
await once(client, 'open')
client.send('hawser ⚓')
console.log(String((await once(client, 'message'))[0]))
client.send(Buffer.alloc(200_000, 'x'))
console.log((await once(client, 'message'))[0].length)
client.close()
await once(client, 'close')
server.close(() => console.log('closed'))
