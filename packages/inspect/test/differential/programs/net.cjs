const { rmSync } = require('node:fs')
const net = require('node:net')
const { brief, bytesOf, close, listen, run, say, truth, watch } = require('./support/say.cjs')

/** A server for one connection, and a client to it. */
async function pair(serve, { server: options = {}, client = {} } = {}) {
  let seen
  const met = new Promise((resolve) => (seen = resolve))
  const server = net.createServer(options, (socket) => {
    serve?.(socket)
    seen(socket)
  })
  const port = await listen(server)
  const socket = net.connect({ port, host: '127.0.0.1', ...client })
  return { server, port, socket, met }
}

void run({
  async echo() {
    const { server, socket, met } = await pair((s) => s.pipe(s))
    const at = watch('client', socket)
    socket.write('hello ')
    socket.end('world')
    await at.closed
    truth('echo', 'out', 'hello world')
    truth('echo', 'in', at.got())
    at.tell()
    say((await met).bytesRead, (await met).bytesWritten)
    await close(server)
  },
  async encodings() {
    const all = [
      'utf8',
      'utf-8',
      'latin1',
      'binary',
      'ascii',
      'hex',
      'base64',
      'base64url',
      'ucs2',
      'utf16le',
    ]
    const text = { hex: 'c0ffee00', base64: 'SGFsbG8=', base64url: 'SGFsbG8' }
    const { server, socket, met } = await pair()
    const at = watch('client', socket)
    const other = watch('server', await met)
    for (const encoding of all) {
      const value = text[encoding] ?? 'grüße \u{1F600} \ud800 x'
      say(encoding, socket.write(value, encoding), Buffer.byteLength(value, encoding))
      truth('encodings', 'out', Buffer.from(value, encoding))
    }
    socket.cork()
    for (const encoding of all) {
      const value = text[encoding] ?? 'zwölf'
      socket.write(value, encoding)
      truth('encodings', 'out', Buffer.from(value, encoding))
    }
    socket.uncork()
    socket.write('')
    socket.write(Buffer.alloc(0))
    const long = 'ä'.repeat(100_000)
    socket.write(long)
    truth('encodings', 'out', long)
    socket.end()
    await other.closed
    await at.closed
    at.tell()
    other.tell()
    await close(server)
  },
  async setEncoding() {
    const { server, socket } = await pair((s) => s.end('grüße \u{1F600}'.repeat(1000)))
    socket.setEncoding('utf8')
    let text = ''
    for await (const part of socket) text += part
    say(text.length, typeof text)
    truth('setEncoding', 'in', text)
    await close(server)
  },
  async writev() {
    const { server, socket, met } = await pair()
    const other = watch('server', await met)
    socket.cork()
    const order = []
    for (let index = 0; index < 50; index++) {
      socket.write(bytesOf(100, index), () => order.push(index))
      truth('writev', 'out', bytesOf(100, index))
    }
    process.nextTick(() => socket.uncork())
    socket.end()
    await other.closed
    say(order.join())
    other.tell()
    await close(server)
  },
  async backpressure() {
    const big = bytesOf(300_000)
    const { server, socket } = await pair((s) => {
      s.pause()
      setTimeout(() => s.pipe(s), 20)
    })
    const at = watch('client', socket)
    say(socket.write(big), socket.writableNeedDrain)
    truth('backpressure', 'out', big)
    truth('backpressure', 'in', big)
    socket.end()
    await at.closed
    say(brief(at.got()), at.got().length)
    await close(server)
  },
  async highWaterMark() {
    const { server, socket } = await pair((s) => s.resume().end(bytesOf(200_000)), {
      server: { highWaterMark: 1024 },
      client: { highWaterMark: 128, readableHighWaterMark: 64, writableHighWaterMark: 32 },
    })
    say(socket.readableHighWaterMark, socket.writableHighWaterMark, socket.write(bytesOf(40)))
    const parts = []
    socket.on('readable', () => {
      for (let part = socket.read(); part !== null; part = socket.read()) parts.push(part)
    })
    socket.once('end', () => {})
    await new Promise((resolve) => socket.on('close', resolve))
    say(brief(Buffer.concat(parts)))
    await close(server)
  },
  async pauseResume() {
    const { server, socket } = await pair((s) => s.end(bytesOf(200_000)))
    const at = watch('client', socket)
    let pauses = 0
    socket.on('data', () => {
      if (pauses++ > 3) return
      socket.pause()
      setImmediate(() => socket.resume())
    })
    await at.closed
    say(brief(at.got()), socket.isPaused())
    await close(server)
  },
  async pauseOnConnect() {
    const { server, socket, met } = await pair(undefined, { server: { pauseOnConnect: true } })
    socket.end('held back')
    const accepted = await met
    say(accepted.isPaused(), accepted.bytesRead)
    const at = watch('server', accepted)
    accepted.resume()
    await at.closed
    at.tell()
    await close(server)
  },
  async halfClose() {
    const { server, socket, met } = await pair(
      (s) => s.on('end', () => setTimeout(() => s.end('late'), 5)).resume(),
      { server: { allowHalfOpen: true }, client: { allowHalfOpen: true } },
    )
    const at = watch('client', socket)
    socket.end('first')
    const other = watch('server', await met, false)
    await at.closed
    await other.closed
    at.tell()
    other.tell()
    await close(server)
  },
  async reset() {
    const { server, socket, met } = await pair()
    const at = watch('client', socket)
    const other = watch('server', await met)
    socket.write('before')
    // Node.js reads bytes and the reset behind them as an end, if it finds both at once.
    while (other.got().length === 0) await new Promise((resolve) => setTimeout(resolve, 1))
    say(socket.resetAndDestroy() === socket)
    await at.closed
    await other.closed
    at.tell()
    other.tell()
    await close(server)
  },
  async refused() {
    const { server, port, socket, met } = await pair()
    ;(await met).destroy()
    socket.destroy()
    await close(server)
    const failed = net.connect(port, '127.0.0.1')
    const at = watch('refused', failed)
    failed.write('never', (error) => at.note(`write ${error?.code}`))
    await at.closed
    at.tell()
    const missing = net.connect('/nowhere/at/all')
    const beside = watch('missing', missing)
    await beside.closed
    beside.tell()
  },
  async afterEnd() {
    const { server, socket } = await pair((s) => s.resume())
    const at = watch('client', socket)
    socket.end('bye')
    socket.write('too late', (error) => at.note(`callback ${error?.code}`))
    await at.closed
    at.tell()
    const closed = net.connect({ port: 1, host: '127.0.0.1' })
    closed.on('error', () => {})
    closed.destroy()
    closed.write('x', (error) => say('destroyed', error?.code))
    await close(server)
  },
  async brokenPipe() {
    const { server, socket, met } = await pair()
    const at = watch('client', socket, false)
    socket.pause()
    ;(await met).on('error', () => {}).resetAndDestroy()
    await new Promise((resolve) => setTimeout(resolve, 10))
    socket.write(bytesOf(10), (error) => at.note(`write ${error?.code}`))
    socket.write(bytesOf(10), (error) => at.note(`write ${error?.code}`))
    await at.closed
    at.tell()
    await close(server)
  },
  async destroyedInCallbacks() {
    const { server, port } = await pair((s) => s.on('error', () => {}).end(bytesOf(100_000)))
    const first = net.connect(port, '127.0.0.1', () => first.destroy())
    const a = watch('in connect', first, false)
    await a.closed
    a.tell()
    const second = net.connect(port, '127.0.0.1')
    second.once('data', () => second.destroy(new Error('enough')))
    const b = watch('in data', second, false)
    await b.closed
    const third = net.connect(port, '127.0.0.1')
    third.write('x', () => third.destroy())
    const c = watch('in write', third, false)
    await c.closed
    say('closed', second.destroyed, third.destroyed)
    server.close()
  },
  async again() {
    const { server, port, socket } = await pair((s) => s.end('one of two'))
    const at = watch('again', socket)
    await at.closed
    socket.connect(port, '127.0.0.1')
    await new Promise((resolve) => socket.once('close', resolve))
    at.tell()
    const bare = new net.Socket()
    say(bare.connect({ port, host: '127.0.0.1' }, () => say('callback')) === bare, bare.connecting)
    const beside = watch('new Socket', bare)
    await beside.closed
    beside.tell()
    const called = net.Socket()
    called.connect(port)
    const third = watch('called', called)
    await third.closed
    say(brief(third.got()))
    await close(server)
  },
  async onread() {
    for (const kind of ['static', 'made']) {
      const { server, port } = await pair((s) => s.end(bytesOf(100_000)))
      const parts = []
      const buffer = kind === 'static' ? Buffer.alloc(1000) : () => Buffer.alloc(2000)
      const socket = net.connect({
        port,
        host: '127.0.0.1',
        onread: {
          buffer,
          callback(count, bytes) {
            parts.push(Buffer.from(bytes.subarray(0, count)))
            if (parts.length !== 3) return true
            setImmediate(() => socket.resume())
            return false
          },
        },
      })
      const at = watch(kind, socket)
      await at.closed
      at.tell()
      say(brief(Buffer.concat(parts)))
      truth(`onread ${kind}`, 'in', Buffer.concat(parts))
      server.close()
    }
  },
  async unix() {
    const path = `${process.env.PLACE}/program.sock`
    const server = net.createServer((s) => s.pipe(s))
    await new Promise((resolve) => server.listen(path, resolve))
    const socket = net.connect(path)
    const at = watch('unix', socket)
    socket.end('through a file')
    await at.closed
    at.tell()
    truth('unix', 'out', 'through a file')
    say(socket.remoteAddress, socket.localAddress, server.address() === path)
    await close(server)
    rmSync(path, { force: true })
  },
  async descriptor() {
    const { server, socket, met } = await pair()
    const accepted = await met
    const handle = accepted._handle
    accepted._handle = null
    const twin = new net.Socket({ handle, allowHalfOpen: true })
    twin.end('by a handle')
    const at = watch('client', socket)
    await at.closed
    at.tell()
    server.close()
  },
  async families() {
    const { server, port } = await pair((s) => s.end('found'))
    const lookup = (_host, options, callback) => {
      const both = [
        { address: '::1', family: 6 },
        { address: '127.0.0.1', family: 4 },
      ]
      if (options.all) callback(null, both)
      else callback(null, '127.0.0.1', 4)
    }
    const socket = net.connect({ port, host: 'both.test', autoSelectFamily: true, lookup })
    const attempts = []
    socket.on('connectionAttempt', (address) => attempts.push(address))
    socket.on('connectionAttemptFailed', (address, _port, _family, error) =>
      attempts.push(`${address} ${error.code}`),
    )
    const at = watch('families', socket)
    await at.closed
    say(attempts.join(), socket.autoSelectFamilyAttemptedAddresses?.length)
    at.tell()
    server.close()
    const failed = net.connect({ port: 1, host: 'both.test', autoSelectFamily: true, lookup })
    const error = await new Promise((resolve) => failed.once('error', resolve))
    say(error.name, error.code, error.errors?.map(({ code }) => code).join())
  },
  async timeout() {
    const { server, socket } = await pair((s) => s.resume())
    const at = watch('idle', socket)
    // To be connected takes longer on a busy machine.
    socket.once('ready', () => socket.setTimeout(20, () => socket.end()))
    await at.closed
    at.tell()
    await close(server)
  },
  async abort() {
    const { server, port } = await pair((s) => s.resume())
    const controller = new AbortController()
    const socket = net.connect({ port, host: '127.0.0.1', signal: controller.signal })
    const at = watch('aborted', socket)
    socket.once('connect', () => controller.abort())
    await at.closed
    at.tell()
    server.close()
  },
  async refusedByServer() {
    const { server, port } = await pair((s) => s.resume())
    server.maxConnections = 1
    const dropped = new Promise((resolve) =>
      server.once('drop', (data) => resolve(Object.keys(data ?? {}).join())),
    )
    const second = net.connect(port, '127.0.0.1')
    const at = watch('second', second)
    say(await dropped)
    await at.closed
    say(second.bytesRead)
    say(await new Promise((resolve) => server.getConnections((_error, count) => resolve(count))))
    process.exit(3)
  },
})
