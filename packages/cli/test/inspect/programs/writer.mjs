// Writes as fast as it can what it reads itself; then it says what its sockets have counted, and waits for the end of its
// input.
import { once } from 'node:events'
import { connect, createServer } from 'node:net'

const bytes = Number(process.argv[2])
const chunk = Buffer.alloc(65_536, 'x')
const total = { connections: 0, in: 0, out: 0 }
const counted = []
const count = async (socket) => {
  await once(socket, 'close')
  total.connections += 1
  total.in += socket.bytesRead
  total.out += socket.bytesWritten
}

const server = createServer((socket) => {
  counted.push(count(socket))
  socket.resume()
}).listen(0, '127.0.0.1')
await once(server, 'listening')
const socket = connect(server.address().port, '127.0.0.1')
counted.push(count(socket))
for (let left = bytes; left > 0; left -= chunk.length) {
  if (!socket.write(chunk)) await once(socket, 'drain')
}
socket.end()
await once(server.close(), 'close')
await Promise.all(counted)
console.log(JSON.stringify(total))
process.stdin.resume()
