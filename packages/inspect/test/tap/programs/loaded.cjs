// Sends far more than the tap keeps, and lives on until its input ends.
const net = require('node:net')

const bytes = Buffer.alloc(65_536, 'x')

async function exchange(port, rounds) {
  const socket = net.connect(port, '127.0.0.1')
  let got = 0
  socket.on('data', (part) => (got += part.length))
  for (let round = 0; round < rounds; round++) {
    if (!socket.write(bytes)) await new Promise((resolve) => socket.once('drain', resolve))
  }
  // Four bytes.
  socket.write('é')
  socket.write('ÿ', 'latin1')
  socket.end('/w==', 'base64')
  await new Promise((resolve) => socket.once('close', resolve))
  return got
}

/** One that is open until the end of the input. */
async function keep(port) {
  const socket = net.connect(port, '127.0.0.1')
  socket.write('kept')
  await new Promise((resolve) => socket.once('data', resolve))
  process.stdin.once('end', () => socket.end())
}

const server = net.createServer((socket) => socket.pipe(socket))
const main = async () => {
  const { port } = server.address()
  let total = 0
  for (let count = 0; count < 8; count++) total += await exchange(port, 20)
  for (let count = 0; count < 300; count++) total += await exchange(port, 0)
  await keep(port)
  server.close()
  global.gc()
  const { arrayBuffers } = process.memoryUsage()
  console.log(`done ${total} ${arrayBuffers < 8_000_000 ? 'bounded' : arrayBuffers}`)
}
server.listen(0, '127.0.0.1', () => void main())
process.stdin.resume()
