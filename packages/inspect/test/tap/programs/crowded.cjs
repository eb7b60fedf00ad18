// Sends more than the tap keeps, opens a connection that the tap has no room for, and lives on until its input ends.
const net = require('node:net')

const bytes = Buffer.alloc(65_536, 'x')
const server = net.createServer((socket) => socket.pipe(socket))

const ask = (socket, words, length) =>
  new Promise((resolve) => {
    let got = 0
    socket.on('data', function count(part) {
      got += part.length
      if (got < length) return
      socket.off('data', count)
      resolve()
    })
    socket.write(words)
  })

const main = async () => {
  const { port } = server.address()
  const first = net.connect(port, '127.0.0.1')
  for (let round = 0; round < 100; round++) await ask(first, bytes, bytes.length)
  const late = net.connect(port, '127.0.0.1')
  await ask(late, 'late', 4)
  console.log('crowded')
  process.stdin.on('data', async () => {
    await ask(late, 'more', 4)
    late.end()
    late.on('close', () => console.log('closed'))
  })
  process.stdin.on('end', () => process.exit())
}
server.listen(0, '127.0.0.1', () => void main())
