import { holdHeap } from '../../support/live-heap.js'
import { serveNet } from './server.js'

if (process.argv[2] === 'heap') holdHeap()

// The floor for node:net: no framing, no work, every chunk straight back.
serveNet((socket) => {
  socket.on('data', (chunk) => {
    socket.write(chunk)
  })
})
