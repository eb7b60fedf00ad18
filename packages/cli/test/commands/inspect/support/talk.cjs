// A server and a client of it: the client says its words, and gets them back in capitals.
const { connect, createServer } = require('node:net')

const words = process.argv.slice(2)
const server = createServer((socket) => {
  socket.on('data', (bytes) => socket.write(bytes.toString().toUpperCase()))
  socket.on('end', () => socket.end())
})
server.listen(0, '127.0.0.1', () => {
  const client = connect(server.address().port, '127.0.0.1', next)
  client.on('data', (bytes) => {
    process.stdout.write(bytes)
    next()
  })
  client.on('close', () => server.close())
  function next() {
    const word = words.shift()
    if (word === undefined) client.end()
    else client.write(`${word}\n`)
  }
})
process.on('exit', () => {
  process.stderr.write('a complaint\n')
  process.exitCode = 3
})
