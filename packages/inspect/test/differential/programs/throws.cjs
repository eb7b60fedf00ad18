// Throws in the middle of Node's own calls: with a handler the stacks are said, without one the process ends.
const http = require('node:http')
const net = require('node:net')
const { flush, listen, say } = require('./support/say.cjs')

const [mode, handled] = process.argv.slice(2)

if (handled === 'handled') {
  process.on('uncaughtException', (error, origin) => {
    say(origin, error.stack, `limit ${Error.stackTraceLimit}`)
    flush()
    setImmediate(() => process.exit(7))
  })
}

function throwDeep(depth, name) {
  if (depth > 0) return throwDeep(depth - 1, name)
  throw new TypeError(`thrown in ${name}`)
}

const places = {
  async data() {
    const server = net.createServer((socket) => socket.on('data', () => throwDeep(2, 'data')))
    net.connect(await listen(server), '127.0.0.1').write('x')
  },
  async connection() {
    const server = net.createServer(() => throwDeep(2, 'connection'))
    net.connect(await listen(server), '127.0.0.1')
  },
  async connect() {
    const server = net.createServer()
    net.connect(await listen(server), '127.0.0.1', () => throwDeep(1, 'connect'))
  },
  async end() {
    const server = net.createServer((socket) => socket.end())
    net
      .connect(await listen(server), '127.0.0.1')
      .resume()
      .on('end', () => throwDeep(0, 'end'))
  },
  async close() {
    const server = net.createServer((socket) => socket.destroy())
    net.connect(await listen(server), '127.0.0.1').on('close', () => throwDeep(0, 'close'))
  },
  async write() {
    const server = net.createServer()
    const socket = net.connect(await listen(server), '127.0.0.1', () => {
      socket.write('x', () => throwDeep(0, 'write'))
    })
  },
  async onread() {
    const server = net.createServer((socket) => socket.write('x'))
    const onread = { buffer: Buffer.alloc(10), callback: () => throwDeep(0, 'onread') }
    net.connect({ port: await listen(server), host: '127.0.0.1', onread })
  },
  async request() {
    const server = http.createServer(() => throwDeep(3, 'request'))
    http.get({ port: await listen(server), host: '127.0.0.1' }).on('error', () => {})
  },
  async body() {
    const server = http.createServer((request) => request.on('data', () => throwDeep(1, 'body')))
    const request = http.request({ port: await listen(server), host: '127.0.0.1', method: 'POST' })
    request.on('error', () => {}).write('some body')
  },
  async response() {
    const server = http.createServer((_request, response) => response.end('x'))
    http.get({ port: await listen(server), host: '127.0.0.1' }, () => throwDeep(1, 'response'))
  },
  async arguments() {
    for (const args of [
      [{}],
      [{ port: 70_000 }],
      [{ port: 1, host: 5 }],
      [-1],
      [],
      [{ path: 5 }],
    ]) {
      try {
        net.connect(...args).on('error', (error) => say('event', error.code))
        say('no error')
      } catch (error) {
        say(error.stack)
      }
    }
    try {
      say(new net.Socket({ fd: -1 }).fd)
    } catch (error) {
      say(error.stack)
    }
    try {
      new net.Socket().write(5)
    } catch (error) {
      say(error.stack)
    }
  },
  async unhandled() {
    // No listener for 'error'.
    net.connect(1, '127.0.0.1')
  },
  async rejected() {
    const server = net.createServer({ captureRejections: true }, async () =>
      throwDeep(1, 'a promise'),
    )
    net.connect(await listen(server), '127.0.0.1')
  },
  async recursion() {
    const server = net.createServer((socket) => socket.pipe(socket))
    const socket = net.connect(await listen(server), '127.0.0.1')
    const deeper = () => deeper()
    socket.write('x')
    socket.on('data', () => {
      try {
        deeper()
      } catch (error) {
        say(error.name)
      }
      process.exit(0)
    })
  },
}

void places[mode]()
