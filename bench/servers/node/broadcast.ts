import type { Socket } from 'node:net'
import { broadcastText } from '../../load/broadcast-text.js'
import { serveNet } from './server.js'

// The bare loop: one buffer, a write for every socket, whenever any of them says something.
const sockets = new Set<Socket>()
const message = Buffer.from(`${broadcastText}\n`)

serveNet((socket) => {
  sockets.add(socket)
  socket.on('close', () => sockets.delete(socket))
  socket.on('data', () => {
    for (const each of sockets) each.write(message)
  })
})
