import { serveNet } from './server.js'

// The floor for node:net: no framing, no work, every chunk straight back.
serveNet((socket) => {
  socket.on('data', (chunk) => {
    socket.write(chunk)
  })
})
