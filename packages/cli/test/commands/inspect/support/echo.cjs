// Says so many lines to a server of its own, one after the other, and leaves a file when it is done.
const { writeFileSync } = require('node:fs')
const { connect, createServer } = require('node:net')

const [count, done] = process.argv.slice(2)
const server = createServer((socket) => {
  socket.pipe(socket)
})
server.listen(0, '127.0.0.1', () => {
  const client = connect(server.address().port, '127.0.0.1')
  let said = 0
  client.on('data', say)
  client.on('close', () => server.close())
  say()
  function say() {
    if (said === Number(count)) client.end()
    else client.write(`line ${said++}\n`)
  }
})
process.on('exit', () => {
  writeFileSync(done, 'done')
  process.exitCode = 4
})
