// Says so many blocks of 16 KiB to a server of its own once it gets a line, and ends at the next line.
const { connect, createServer } = require('node:net')

const bytes = Buffer.alloc(16_384, 'x')
const server = createServer((socket) => {
  socket.pipe(socket)
})
server.listen(0, '127.0.0.1', () => console.log('ready'))
process.stdin.once('data', () => {
  let left = Number(process.argv[2])
  let missing = 0
  const client = connect(server.address().port, '127.0.0.1', say)
  client.on('data', (part) => {
    missing -= part.length
    if (missing === 0) say()
  })
  client.on('close', () => console.log('finished'))
  function say() {
    if (left-- === 0) return client.end()
    missing = bytes.length
    client.write(bytes)
  }
  process.stdin.once('data', () => {
    process.exitCode = 4
    server.close()
    process.stdin.destroy()
  })
})
