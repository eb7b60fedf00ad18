import { serveNet } from './server.js'

// What a careful programmer writes by hand: split the chunk, keep the rest, one write per chunk.
serveNet((socket) => {
  let rest = ''
  socket.setEncoding('utf8')
  socket.on('data', (text: string) => {
    const parts = (rest + text).split('\n')
    rest = parts.pop() ?? ''
    if (parts.length === 0) return
    socket.write(`${parts.map((line) => line.toUpperCase()).join('\n')}\n`)
  })
})
