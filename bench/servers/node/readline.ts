import { createInterface } from 'node:readline'
import { serveNet } from './server.js'

// What most tutorials show: readline over the socket, a write for every line.
serveNet((socket) => {
  const reader = createInterface({ input: socket })
  reader.on('line', (line) => {
    socket.write(`${line.toUpperCase()}\n`)
  })
  // The socket's errors come out here once more.
  reader.on('error', () => {})
})
