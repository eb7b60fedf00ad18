const { readFileSync } = require('node:fs')
const https = require('node:https')
const net = require('node:net')
const tls = require('node:tls')
const { Duplex } = require('node:stream')
const { brief, bytesOf, close, listen, run, say, truth, watch } = require('./support/say.cjs')

const key = readFileSync(process.env.KEY)
const cert = readFileSync(process.env.CERT)
const host = '127.0.0.1'
const trust = { rejectUnauthorized: false }

const serve = async (handler, use, options = {}) => {
  const server = tls.createServer({ key, cert, ...options }, handler)
  server.on('tlsClientError', (error) => say('tlsClientError', error.code))
  await use(await listen(server))
  await close(server)
}

void run({
  echo: () =>
    serve(
      (socket) => socket.pipe(socket),
      async (port) => {
        const socket = tls.connect({
          port,
          host,
          ...trust,
          ALPNProtocols: ['x', 'y'],
          servername: 'a.test',
        })
        const at = watch('client', socket)
        socket.write('before the handshake ')
        socket.end(bytesOf(60_000))
        await at.closed
        at.tell()
        say(socket.alpnProtocol, socket.authorized, socket.authorizationError)
        truth('tls', 'out', 'before the handshake ')
        truth('tls', 'out', bytesOf(60_000))
        truth('tls', 'in', at.got())
      },
      { ALPNProtocols: ['y'] },
    ),
  versions: () =>
    serve(
      (socket) => socket.end(socket.getProtocol()),
      async (port) => {
        for (const maxVersion of ['TLSv1.2', 'TLSv1.3']) {
          const socket = tls.connect({ port, host, ...trust, maxVersion })
          say((await socket.toArray()).join(''), socket.getCipher() === null)
        }
      },
    ),
  resumed: () =>
    serve(
      (socket) => socket.end(`again ${socket.isSessionReused()}`),
      async (port) => {
        let session
        const first = tls.connect({ port, host, ...trust, maxVersion: 'TLSv1.2' })
        first.on('session', (kept) => (session = kept))
        say((await first.toArray()).join(''))
        const second = tls.connect({ port, host, ...trust, maxVersion: 'TLSv1.2', session })
        say((await second.toArray()).join(''))
      },
    ),
  raced: () =>
    serve(
      (socket) => socket.pipe(socket),
      async (port) => {
        const lookup = (_name, _options, found) =>
          found(null, [
            { address: '::1', family: 6 },
            { address: '127.0.0.1', family: 4 },
          ])
        const raced = { port, host: 'both.test', lookup, autoSelectFamily: true, ...trust }
        const at = watch('raced', tls.connect(raced).end('the second address'))
        await at.closed
        at.tell()
        truth('raced', 'out', 'the second address')
        truth('raced', 'in', at.got())
      },
    ),
  refused: () =>
    serve(
      () => say('never'),
      async (port) => {
        const strict = tls.connect({ port, host })
        const at = watch('strict', strict)
        await at.closed
        at.tell()
        const plain = net.connect(port, host)
        plain.on('error', () => {})
        plain.write('not TLS at all\r\n')
        plain.resume()
        await new Promise((resolve) => plain.on('close', resolve))
        const old = tls.connect({
          port,
          host,
          ...trust,
          maxVersion: 'TLSv1.1',
          minVersion: 'TLSv1.1',
        })
        const beside = watch('old', old)
        await beside.closed
        say('closed', old.destroyed)
      },
    ),
  async startTls() {
    const server = net.createServer((socket) => {
      socket.write('220 ready\r\n')
      socket.once('data', () => {
        socket.write('220 go\r\n')
        const secure = new tls.TLSSocket(socket, { isServer: true, key, cert })
        secure.on('data', (part) => secure.end(`inside: ${part}`))
      })
    })
    const port = await listen(server)
    const socket = net.connect(port, host)
    const next = () =>
      new Promise((resolve) => socket.once('data', (part) => resolve(String(part))))
    say(await next())
    socket.write('STARTTLS\r\n')
    say(await next())
    const secure = tls.connect({ socket, ...trust }, () => secure.write('hidden'))
    const at = watch('secure', secure)
    await at.closed
    say(at.got(), secure.bytesRead, secure.bytesWritten)
    truth('startTls', 'out', 'STARTTLS\r\nhidden')
    truth('startTls', 'in', '220 ready\r\n220 go\r\ninside: hidden')
    await close(server)
  },
  overDuplex: () =>
    serve(
      (socket) => socket.pipe(socket),
      async (port) => {
        const below = net.connect(port, host)
        const stream = Duplex.from({ readable: below, writable: below })
        const socket = tls.connect({ socket: stream, ...trust })
        socket.end('over a stream')
        say((await socket.toArray()).join(''))
        truth('overDuplex', 'out', 'over a stream')
      },
    ),
  async https() {
    const server = https.createServer({ key, cert }, (request, response) => {
      request.resume().on('end', () => response.end(`${request.url} ${request.socket.encrypted}`))
    })
    const port = await listen(server)
    const agent = new https.Agent({ keepAlive: true, maxSockets: 1, ...trust })
    for (const path of ['/one', '/two']) {
      const text = await new Promise((resolve) => {
        const request = https.request(
          { port, host, path, agent, method: 'POST' },
          async (response) => {
            resolve((await response.toArray()).join(''))
          },
        )
        request.end(bytesOf(5_000))
      })
      say(text)
    }
    agent.destroy()
    server.closeAllConnections()
    await close(server)
  },
  onread: () =>
    serve(
      (socket) => socket.end(bytesOf(40_000)),
      async (port) => {
        const parts = []
        const onread = {
          buffer: Buffer.alloc(512),
          callback: (count, bytes) => void parts.push(Buffer.from(bytes.subarray(0, count))),
        }
        const socket = tls.connect({ port, host, ...trust, onread })
        await new Promise((resolve) => socket.on('close', resolve))
        say(brief(Buffer.concat(parts)))
        truth('tls onread', 'in', Buffer.concat(parts))
      },
    ),
})
