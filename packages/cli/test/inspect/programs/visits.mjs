// Many short connections, a few at a time; then it says what its sockets have counted, and waits for the end of its input.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

const pairs = Number(process.argv[2])
const total = { connections: 0, in: 0, out: 0 }
const counted = []
const count = async (socket) => {
  await once(socket, 'close')
  total.connections += 1
  total.in += socket.bytesRead
  total.out += socket.bytesWritten
}

// Each address leaves as many ports waiting as it had connections: several servers share them.
const servers = Array.from({ length: 8 }, () =>
  createServer((socket) => {
    counted.push(count(socket))
    socket.pipe(socket)
  }).listen(0, '127.0.0.1'),
)
await Promise.all(servers.map((server) => once(server, 'listening')))

let next = 0
const visit = async () => {
  while (next < pairs) {
    const { port } = servers[next % servers.length].address()
    next += 1
    const socket = connect(port, '127.0.0.1')
    counted.push(count(socket))
    socket.resume().end('here I am')
    await once(socket, 'close')
  }
}
await Promise.all(Array.from({ length: 50 }, visit))
await Promise.all(servers.map((server) => once(server.close(), 'close')))
await Promise.all(counted)
console.log(JSON.stringify(total))
process.stdin.resume()
