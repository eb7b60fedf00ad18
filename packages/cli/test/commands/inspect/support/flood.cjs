// Makes so many short connections to a server of its own, 200 at a time.
const { connect, createServer } = require('node:net')

const count = Number(process.argv[2])
const server = createServer((socket) => {
  socket.on('error', () => {})
  socket.end('bye\n')
  socket.resume()
})
server.listen(0, '127.0.0.1', () => {
  const { port } = server.address()
  let begun = 0
  let ended = 0
  for (let open = 0; open < 200; open++) next()
  function next() {
    if (begun === count) return
    begun++
    const client = connect(port, '127.0.0.1')
    client.on('error', () => {})
    client.resume()
    client.on('close', () => {
      ended++
      if (ended === count) server.close(() => console.log(`done ${ended}`))
      else next()
    })
  }
})
