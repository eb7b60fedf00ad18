// Looks at all that happens in its process, from its first line on.
const { createHook } = require('node:async_hooks')
const net = require('node:net')
const { listen, say, truth } = require('./support/say.cjs')

const [mode] = process.argv.slice(2)

/** A conversation with pauses, in which whoever watches it has the time to do something. */
const talk = async () => {
  const server = net.createServer((socket) => socket.pipe(socket))
  const socket = net.connect(await listen(server), '127.0.0.1')
  for (let count = 1; count <= 3; count++) {
    socket.write(`word ${count} `)
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  // Without the iterator the tap may miss something: the program must not.
  if (mode !== 'iterator') truth('talk', 'out', 'word 1 word 2 word 3 ')
  const got = []
  socket.on('data', (part) => got.push(part))
  socket.end()
  await new Promise((resolve) => socket.on('close', resolve))
  say(Buffer.concat(got).toString())
  await new Promise((resolve) => server.close(resolve))
}

const modes = {
  /** Calls of what it did not see begin. */
  async hooks() {
    const begun = new Set()
    let strangers = 0
    const look = (id) => {
      if (!begun.has(id)) strangers++
    }
    createHook({ init: (id) => begun.add(id), before: look, after: look, destroy: look }).enable()
    await talk()
    say('strangers', strangers)
  },
  /** Calls of methods of sockets that it did not make. */
  async sockets() {
    const made = new Set([process.stdout, process.stderr])
    const counts = {}
    const methods = net.Socket.prototype
    for (const name of ['read', 'emit', 'destroy', '_destroy', '_read', 'ref']) {
      const original = methods[name]
      methods[name] = function (...args) {
        if (!made.has(this) && !this.server) counts[name] = (counts[name] ?? 0) + 1
        return original.apply(this, args)
      }
    }
    const { connect } = methods
    methods.connect = function (...args) {
      made.add(this)
      return connect.apply(this, args)
    }
    await talk()
    say(JSON.stringify(counts))
  },
  /** Takes away what the language itself goes on by. */
  async iterator() {
    const had = Object.getOwnPropertyDescriptor(Array.prototype, Symbol.iterator)
    const talked = talk()
    Reflect.deleteProperty(Array.prototype, Symbol.iterator)
    await new Promise((resolve) => setTimeout(resolve, 50))
    Reflect.defineProperty(Array.prototype, Symbol.iterator, had)
    await talked
  },
}

void modes[mode]()
