const { readFileSync } = require('node:fs')
const http2 = require('node:http2')
const https = require('node:https')
const { brief, bytesOf, close, listen, run, say } = require('./support/say.cjs')

const secure = { key: readFileSync(process.env.KEY), cert: readFileSync(process.env.CERT) }

const ask = (session, headers, body) =>
  new Promise((resolve, reject) => {
    const stream = session.request(headers)
    const parts = []
    stream.on('error', reject)
    stream.on('data', (part) => parts.push(part))
    stream.on('end', () => resolve(Buffer.concat(parts)))
    stream.end(body)
  })

const exchange = async (server, url) => {
  server.on('stream', (stream, headers) => {
    const parts = []
    stream.on('data', (part) => parts.push(part))
    stream.on('end', () => {
      stream.respond({ ':status': 200 })
      stream.end(`${headers[':path']} ${brief(Buffer.concat(parts))}`)
    })
  })
  const session = http2.connect(url(await listen(server)), { rejectUnauthorized: false })
  say(await ask(session, { ':path': '/one', ':method': 'POST' }, bytesOf(40_000)))
  const both = [ask(session, { ':path': '/two' }), ask(session, { ':path': '/three' })]
  say((await Promise.all(both)).join())
  await new Promise((resolve) => session.ping((error) => resolve(error)))
  const { socket } = session
  // Seen, a session reads and writes by a stream of JavaScript, which it names.
  if (process.argv[2] !== 'seen') say(socket.constructor.name, session.alpnProtocol)
  await new Promise((resolve) => session.close(resolve))
  await close(server)
}

void run({
  overTls: () => exchange(http2.createSecureServer(secure), (port) => `https://127.0.0.1:${port}`),
  clear: () => exchange(http2.createServer(), (port) => `http://127.0.0.1:${port}`),
  async fallback() {
    const server = http2.createSecureServer(
      { ...secure, allowHTTP1: true },
      (request, response) => {
        response.end(`version ${request.httpVersion}`)
      },
    )
    const port = await listen(server)
    const text = await new Promise((resolve) => {
      https.get(
        { port, host: '127.0.0.1', rejectUnauthorized: false, agent: false },
        async (response) => {
          resolve((await response.toArray()).join(''))
        },
      )
    })
    say(text)
    await close(server)
  },
})
