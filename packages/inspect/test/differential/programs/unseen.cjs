// Asks its process about what is under way in it.
const fs = require('node:fs')
const net = require('node:net')
const { close, listen, say } = require('./support/say.cjs')

const [mode] = process.argv.slice(2)

/** A connection that says something, with the time for a tap to send it. */
const talk = async () => {
  const server = net.createServer((socket) => socket.pipe(socket))
  const socket = net.connect(await listen(server), '127.0.0.1')
  socket.resume()
  for (let count = 1; count <= 3; count++) {
    socket.write('a word')
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  socket.end()
  await new Promise((resolve) => socket.on('close', resolve))
  await close(server)
}

const modes = {
  /** One that must not run, since nothing is waited for. */
  immediate() {
    setImmediate(() => say('the event loop has turned')).unref()
    say('done')
  },
  requests() {
    const look = () => {
      say('requests', process._getActiveRequests().length)
      say('handles', process._getActiveHandles().length)
      say('resources', process.getActiveResourcesInfo().join())
    }
    look()
    setImmediate(look)
  },
  /** Closes a descriptor that is not its own: the number is that of a file of its own then. */
  async descriptors() {
    for (const name of fs.existsSync('/proc/self/fd') ? fs.readdirSync('/proc/self/fd') : []) {
      let path = ''
      try {
        path = fs.readlinkSync(`/proc/self/fd/${name}`)
      } catch {}
      if (path.includes('i.sock-pipe-')) fs.closeSync(Number(name))
    }
    const paths = Array.from({ length: 40 }, (_, index) => `${process.env.PLACE}/${index}`)
    const files = paths.map((path) => fs.openSync(path, 'w'))
    await talk()
    for (const file of files) fs.closeSync(file)
    say('bytes', Math.max(...paths.map((path) => fs.statSync(path).size)))
  },
}

void modes[mode]()
