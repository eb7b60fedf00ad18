const http = require('node:http')
const net = require('node:net')
const { brief, bytesOf, close, listen, run, say, truth } = require('./support/say.cjs')

const host = '127.0.0.1'

const ask = (options, body) =>
  new Promise((resolve, reject) => {
    const request = http.request({ host, ...options }, async (response) => {
      const parts = []
      response.on('data', (part) => parts.push(part))
      response.on('end', () => resolve({ response, body: Buffer.concat(parts) }))
      response.on('error', reject)
    })
    request.on('error', reject)
    request.end(body)
  })

/** Sends bytes as they are, and returns all that came. */
const raw = (port, pieces, name) =>
  new Promise((resolve) => {
    const socket = net.connect(port, host)
    const got = []
    socket.on('data', (part) => got.push(part))
    socket.on('error', (error) => got.push(Buffer.from(error.code)))
    socket.on('close', () => {
      if (name !== undefined) truth(name, 'in', Buffer.concat(got))
      resolve(
        Buffer.concat(got)
          .toString('latin1')
          .replaceAll(/Date: [^\r]+/g, 'Date'),
      )
    })
    const next = () => {
      const piece = pieces.shift()
      if (piece === undefined) return
      if (name !== undefined) truth(name, 'out', piece)
      socket.write(piece, () => setTimeout(next, 3))
    }
    next()
  })

const withServer = async (handler, use, options = {}) => {
  const server = http.createServer(options, handler)
  await use(await listen(server), server)
  server.closeAllConnections()
  await close(server)
}

const echo = async (request, response) => {
  const parts = []
  for await (const part of request) parts.push(part)
  const body = Buffer.concat(parts)
  response.setHeader('x-length', body.length)
  response.end(`${request.method} ${request.url} ${brief(body)}`)
}

void run({
  keepAlive: () =>
    withServer(echo, async (port) => {
      const agent = new http.Agent({ keepAlive: true, maxSockets: 1 })
      for (const path of ['/a', '/b', '/c']) {
        const { body, response } = await ask({ port, agent, path, method: 'POST' }, bytesOf(20_000))
        say(body, response.headers.connection, response.statusMessage)
      }
      const sockets = Object.values(agent.freeSockets).flat()
      say(sockets.length, sockets[0].bytesRead > 0)
      agent.destroy()
    }),
  pipelined: () =>
    withServer(
      (request, response) =>
        setTimeout(() => response.end(request.url), request.url === '/1' ? 8 : 1),
      async (port) => {
        const one = (path, last) =>
          `GET ${path} HTTP/1.1\r\nHost: x\r\n${last ? 'Connection: close\r\n' : ''}\r\n`
        say(await raw(port, [one('/1') + one('/2') + one('/3', true)], 'pipelined'))
      },
    ),
  pieces: () =>
    withServer(echo, async (port) => {
      const head =
        'POST /pieces HTTP/1.1\r\nHost: x\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n'
      const whole = `${head}5\r\nhello\r\n6\r\n world\r\n0\r\nX-Trailer: y\r\n\r\n`
      const pieces = whole.match(/[^]{1,17}/g)
      say(await raw(port, pieces, 'pieces'))
    }),
  upgrade: () =>
    withServer(echo, async (port, server) => {
      server.on('upgrade', (request, socket, head) => {
        say('upgrade', request.headers.upgrade, head.toString(), socket.listenerCount('data'))
        socket.write('HTTP/1.1 101 Switching\r\n\r\n')
        socket.on('data', (part) => socket.end(`raw ${part}`))
      })
      const head = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\nhead'
      say(await raw(port, [head, 'after'], 'upgrade'))
    }),
  connect: () =>
    withServer(echo, async (port, server) => {
      server.on('connect', (request, socket, head) => {
        say('connect', request.url, head.length)
        socket.write('HTTP/1.1 200 Go\r\n\r\n')
        socket.pipe(socket)
      })
      const request = http.request({ host, port, method: 'CONNECT', path: 'there:1' }).end()
      const [response, socket] = await new Promise((resolve) => {
        request.on('connect', (...args) => resolve(args))
      })
      socket.end('through')
      let text = ''
      for await (const part of socket) text += part
      say(response.statusCode, text)
    }),
  expect: () =>
    withServer(echo, async (port, server) => {
      const request = http.request({
        host,
        port,
        method: 'PUT',
        headers: { expect: '100-continue' },
      })
      request.on('continue', () => (say('continue'), request.end('body')))
      const response = await new Promise(
        (resolve) => (request.on('response', resolve), request.flushHeaders()),
      )
      say(response.statusCode, (await response.toArray()).join(''))
      server.on('checkContinue', (_request, reply) => (reply.writeHead(417), reply.end()))
      const refused = http.request({
        host,
        port,
        method: 'PUT',
        headers: { expect: '100-continue' },
      })
      const second = await new Promise(
        (resolve) => (refused.on('response', resolve), refused.flushHeaders()),
      )
      say(second.statusCode)
      second.resume()
      refused.destroy()
    }),
  pausedRequest: () =>
    withServer(
      (request, response) => {
        request.pause()
        setTimeout(() => {
          let count = 0
          request.on('data', (part) => (count += part.length))
          request.on('end', () => response.end(`${count}`))
          request.resume()
        }, 10)
      },
      async (port) => say((await ask({ port, method: 'POST' }, bytesOf(300_000))).body),
    ),
  dumped: () =>
    withServer(
      (request, response) => (
        response.end('early'),
        request.on('close', () => say('request closed', request.complete))
      ),
      async (port) => {
        const { body } = await ask({ port, method: 'POST' }, bytesOf(100_000))
        say(body)
      },
    ),
  listenersLate: () =>
    withServer(
      (request, response) => {
        // Takes the socket from the parser: Node.js reads it in JavaScript from here on.
        const seen = []
        request.socket.on('data', (part) => seen.push(part.length > 0))
        response.setHeader('x', 'y')
        request.on('end', () => response.end('late'))
        request.resume()
      },
      async (port) => {
        const one = 'POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\n'
        const last = 'GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n'
        say(await raw(port, [one, 'hello', last], 'listenersLate'))
      },
    ),
  aborted: () =>
    withServer(
      (request, response) => {
        request.on('aborted', () => say('aborted'))
        request.on('error', (error) => say('request', error.code))
        response.on('close', () => say('response', response.writableFinished))
        response.write('begun')
      },
      async (port) => {
        const request = http.get({ host, port })
        const response = await new Promise((resolve) => request.on('response', resolve))
        await new Promise((resolve) => response.once('data', resolve))
        const gone = new Promise((resolve) => response.on('error', (error) => resolve(error.code)))
        request.destroy()
        say(await gone)
        await new Promise((resolve) => setTimeout(resolve, 20))
      },
    ),
  timeouts: () =>
    withServer(
      echo,
      async (port, server) => {
        server.on(
          'clientError',
          (error, socket) => (say('clientError', error.code), socket.destroy()),
        )
        say(await raw(port, ['GET / HTTP/1.1\r\nHost']))
        // The other timeouts do not race with this one.
        server.headersTimeout = 0
        server.requestTimeout = 0
        server.setTimeout(15)
        server.on('timeout', (socket) => (say('timeout'), socket.destroy()))
        say(await raw(port, []))
      },
      { headersTimeout: 30, requestTimeout: 30, connectionsCheckingInterval: 10 },
    ),
  broken: () =>
    withServer(echo, async (port) => {
      say(await raw(port, ['not http at all\r\n\r\n'], 'broken'))
      say(await raw(port, [`GET / HTTP/1.1\r\nHost: x\r\nX: ${'y'.repeat(20_000)}\r\n\r\n`]))
      say(await raw(port, ['GET / HTTP/1.1\r\n\r\n'], 'no host'))
    }),
  responses: () =>
    withServer(
      (request, response) => {
        if (request.url === '/204') return void response.writeHead(204).end()
        if (request.url === '/head') return void response.end('not sent')
        response.writeProcessing?.()
        response.writeEarlyHints?.({ link: '</x>; rel=preload' })
        response.writeHead(200, { Trailer: 'x-t' })
        response.write('grüße', 'latin1')
        response.write('676f', 'hex')
        response.addTrailers({ 'x-t': 'done' })
        response.end(bytesOf(70_000))
      },
      async (port) => {
        say((await ask({ port, path: '/204' })).response.statusCode)
        say((await ask({ port, path: '/head', method: 'HEAD' })).body.length)
        const { response, body } = await ask({ port })
        say(brief(body), response.trailers['x-t'])
      },
    ),
  async unix() {
    const server = http.createServer(echo)
    const socketPath = `${process.env.PLACE}/http.sock`
    await new Promise((resolve) => server.listen(socketPath, resolve))
    say((await ask({ host: undefined, socketPath, path: '/unix' })).body)
    server.closeAllConnections()
    await close(server)
  },
  fetched: () =>
    withServer(echo, async (port) => {
      const response = await fetch(`http://${host}:${port}/fetched`, {
        method: 'POST',
        body: 'abc',
      })
      say(response.status, await response.text())
      const aborted = await fetch(`http://${host}:${port}/`, { signal: AbortSignal.abort() }).catch(
        ({ name }) => name,
      )
      say(aborted)
    }),
  async agentErrors() {
    const error = await ask({ port: 1 }).catch((reason) => reason)
    say(error.code, error.syscall, error.address, error.port)
    const ended = net.createServer((socket) => socket.end())
    const hungUp = await ask({ port: await listen(ended) }).catch((reason) => reason)
    say(hungUp.code, hungUp.message)
    ended.close()
  },
  sockets: () =>
    withServer(
      (request, response) => {
        const { socket } = request
        say(Object.keys(socket).length > 10, socket.eventNames().map(String).join())
        response.end(String(socket._handle?._consumed))
      },
      async (port) => say((await ask({ port })).body),
    ),
})
