// Programs and their agents patch the same methods, and make classes of their own.
const net = require('node:net')
const http = require('node:http')
const { Readable, Duplex } = require('node:stream')
const { close, listen, run, say, truth } = require('./support/say.cjs')

const exchange = async (make = (options) => net.connect(options)) => {
  const server = net.createServer((socket) => socket.pipe(socket))
  const socket = make({ port: await listen(server), host: '127.0.0.1' })
  socket.end('to and fro')
  const text = (await socket.toArray()).join('')
  await close(server)
  return text
}

const patched = async (object, name, wrap, use) => {
  const had = Object.hasOwn(object, name)
  const original = object[name]
  object[name] = wrap(original)
  try {
    await use()
  } finally {
    if (had) object[name] = original
    else delete object[name]
  }
}

const counting = (counts, name) => (original) =>
  function (...args) {
    counts[name] = (counts[name] ?? 0) + 1
    return original.apply(this, args)
  }

void run({
  async prototypes() {
    const counts = {}
    const steps = [
      [net.Socket.prototype, '_writeGeneric'],
      [net.Socket.prototype, '_destroy'],
      [net.Socket.prototype, '_final'],
      [net.Socket.prototype, 'connect'],
      [net.Server.prototype, 'emit'],
      [http.Server.prototype, 'emit'],
      [net.Socket.prototype, 'push'],
    ]
    for (const [object, name] of steps) {
      await patched(object, name, counting(counts, name), async () =>
        say(name, await exchange(), counts[name] > 0),
      )
    }
    truth('prototypes', 'out', 'to and fro')
  },
  async streams() {
    for (const object of [Readable.prototype, Duplex.prototype]) {
      const counts = {}
      await patched(object, 'push', counting(counts, 'push'), async () =>
        say(await exchange(), counts.push > 0),
      )
    }
  },
  async upper() {
    await patched(
      Readable.prototype,
      'push',
      (original) =>
        function (chunk, encoding) {
          const isOurs = this instanceof net.Socket && chunk !== null
          return original.call(
            this,
            isOurs ? Buffer.from(String(chunk).toUpperCase()) : chunk,
            encoding,
          )
        },
      async () => say(await exchange()),
    )
  },
  async subclasses() {
    class Counted extends net.Socket {
      pushes = 0
      writes = 0
      push(...args) {
        this.pushes += 1
        return super.push(...args)
      }
      _write(...args) {
        this.writes += 1
        return super._write(...args)
      }
      _destroy(error, callback) {
        super._destroy(error, callback)
      }
    }
    let socket
    say(await exchange((options) => (socket = new Counted()).connect(options)))
    say(socket.pushes > 1, socket.writes, socket instanceof net.Socket)
  },
  async instances() {
    const calls = []
    say(
      await exchange((options) => {
        const socket = net.connect(options)
        const { _writeGeneric, push } = socket
        socket._writeGeneric = function (...args) {
          calls.push('write')
          return _writeGeneric.apply(this, args)
        }
        socket.push = function (...args) {
          calls.push('push')
          return push.apply(this, args)
        }
        return socket
      }),
    )
    say([...new Set(calls)].join())
  },
  async process() {
    const { emit } = process
    const seen = []
    process.emit = function (name, ...args) {
      seen.push(name)
      return emit.call(this, name, ...args)
    }
    process.emit('of my own')
    say(seen.join(), Object.hasOwn(process, 'emit'))
    delete process.emit
    say(process.emit === emit)
  },
  async builtins() {
    const { from } = Buffer
    const { stringify } = JSON
    const { now } = Date
    JSON.stringify = () => {
      throw new Error('not for you')
    }
    Buffer.from = function (...args) {
      return from.apply(Buffer, args)
    }
    Date.now = () => 0
    const { setTimeout: timer } = globalThis
    globalThis.setTimeout = () => {
      throw new Error('no timers')
    }
    say(await exchange())
    globalThis.setTimeout = timer
    Object.assign(Buffer, { from })
    Object.assign(JSON, { stringify })
    Object.assign(Date, { now })
  },
  async traps() {
    const read = []
    const options = new Proxy(
      { port: 1, host: '127.0.0.1' },
      { get: (of, name) => (read.push(String(name)), of[name]) },
    )
    const socket = net.connect(options).on('error', () => {})
    say(read.join())
    await new Promise((resolve) => socket.on('close', resolve))
    const odd = net.connect(1, '127.0.0.1').on('error', () => {})
    odd.destroy({
      get code() {
        say('read')
        return 1n
      },
    })
    await new Promise((resolve) => odd.on('close', resolve))
  },
})
