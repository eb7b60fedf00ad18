const { pipeline: pipe } = require('node:stream')
const { pipeline } = require('node:stream/promises')
const { PassThrough, Readable, Transform } = require('node:stream')
const net = require('node:net')
const zlib = require('node:zlib')
const { brief, bytesOf, close, listen, run, say, truth, watch } = require('./support/say.cjs')

const serve = async (handler, use, options = {}) => {
  const server = net.createServer(options, handler)
  await use(await listen(server), server)
  await close(server)
}

void run({
  pipeline: () =>
    serve(
      (socket) => pipeline(socket, new PassThrough(), socket).catch(() => {}),
      async (port) => {
        const socket = net.connect(port, '127.0.0.1')
        const sink = []
        const collected = pipeline(socket, async (source) => {
          for await (const part of source) sink.push(part)
        })
        await pipeline(Readable.from([bytesOf(50_000), 'text', bytesOf(10)]), socket, { end: true })
        await collected
        say(brief(Buffer.concat(sink)))
        truth('pipeline', 'in', Buffer.concat(sink))
      },
      { allowHalfOpen: true },
    ),
  compressed: () =>
    serve(
      (socket) => pipe(socket, zlib.createGunzip(), zlib.createGzip(), socket, () => {}),
      async (port) => {
        const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true })
        pipe(Readable.from([bytesOf(30_000)]), zlib.createGzip(), socket, () => {})
        const parts = await socket.pipe(zlib.createGunzip()).toArray()
        say(brief(Buffer.concat(parts)))
      },
      { allowHalfOpen: true },
    ),
  iterated: () =>
    serve(
      async (socket) => {
        for await (const part of socket) {
          socket.end(`${part.length > 0}`)
          break
        }
      },
      async (port) => {
        const socket = net.connect(port, '127.0.0.1')
        socket.on('error', (error) => say('error', error.code))
        socket.write('one')
        say((await socket.toArray()).join(''))
      },
    ),
  unshifted: () =>
    serve(
      (socket) => socket.end('line one\nline two'),
      async (port) => {
        const socket = net.connect(port, '127.0.0.1')
        const first = await new Promise((resolve) =>
          socket.once('readable', () => resolve(socket.read(5))),
        )
        socket.unshift(first)
        say((await socket.toArray()).join(''))
        truth('unshifted', 'in', 'line one\nline two')
      },
    ),
  operators: () =>
    serve(
      (socket) => socket.end('a,b,c,d'),
      async (port) => {
        const socket = net.connect(port, '127.0.0.1')
        say(
          await socket
            .flatMap((part) => String(part).split(','))
            .filter((part) => part !== 'b')
            .toArray(),
        )
      },
    ),
  transformed: () =>
    serve(
      (socket) => {
        const upper = new Transform({
          transform: (part, _encoding, done) => done(null, String(part).toUpperCase()),
        })
        socket.pipe(upper).pipe(socket)
      },
      async (port) => {
        const socket = net.connect(port, '127.0.0.1')
        const at = watch('client', socket)
        socket.end('quiet')
        await at.closed
        at.tell()
        say(at.got())
      },
    ),
  web: () =>
    serve(
      (socket) => socket.end('for the web'),
      async (port) => {
        const { readable, writable } = net.Socket.toWeb(net.connect(port, '127.0.0.1'))
        const reader = readable.getReader()
        const parts = []
        for (let step = await reader.read(); !step.done; step = await reader.read())
          parts.push(step.value)
        say(Buffer.concat(parts))
        await writable.close().catch(() => {})
      },
    ),
  corked: () =>
    serve(
      (socket) => socket.resume(),
      async (port) => {
        const socket = net.connect(port, '127.0.0.1')
        const at = watch('client', socket)
        await new Promise((resolve) => socket.once('connect', resolve))
        socket.cork()
        socket.cork()
        socket.write('a')
        say(socket.writableCorked, socket.writableLength, socket.bytesWritten)
        socket.uncork()
        socket.write(Buffer.from('b'))
        say(socket.writableCorked, socket.writableLength)
        socket.uncork()
        say(socket.writableLength, socket.bytesWritten)
        socket.end('c', () => at.note('callback'))
        await at.closed
        at.tell()
        truth('corked', 'out', 'abc')
      },
    ),
  finalCallbacks: () =>
    serve(
      (socket) => socket.resume(),
      async (port) => {
        const socket = net.connect(port, '127.0.0.1')
        const order = []
        socket.on('prefinish', () => order.push('prefinish'))
        socket.on('finish', () => order.push('finish'))
        socket.on('close', () => order.push('close'))
        socket.write('1', () => order.push('write'))
        socket.end('2', () => order.push('end'))
        process.nextTick(() => order.push('tick'))
        queueMicrotask(() => order.push('microtask'))
        await new Promise((resolve) => socket.once('close', resolve))
        say(order.join())
      },
    ),
})
