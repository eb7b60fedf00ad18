// What runs in which context, and which resources are made.
const asyncHooks = require('node:async_hooks')
const net = require('node:net')
const http = require('node:http')
const { writeSync } = require('node:fs')
const { close, listen, say } = require('./support/say.cjs')

const counts = {}
let first
const ids = []
asyncHooks
  .createHook({
    init(id, type) {
      first ??= id
      ids.push(id)
      counts[type] = (counts[type] ?? 0) + 1
    },
  })
  .enable()

const storage = new asyncHooks.AsyncLocalStorage()
const note = (name, of) => say(name, storage.getStore(), of === undefined ? '' : of)

const main = async () => {
  const server = storage.run('server', () =>
    net.createServer((socket) => {
      note('connection', asyncHooks.executionAsyncResource().constructor.name)
      socket.on('data', (part) => {
        note('server data', asyncHooks.executionAsyncResource().constructor.name)
        socket.end(part)
      })
      socket.on('close', () => note('server close'))
    }),
  )
  const port = await storage.run('listen', () => listen(server))
  await storage.run('client', async () => {
    const socket = net.connect(port, '127.0.0.1', () => note('connect'))
    socket.write('x', () => note('written'))
    socket.on('data', () => note('data'))
    await new Promise((resolve) => socket.on('close', () => (note('close'), resolve())))
  })
  await close(server)
  const web = http.createServer((request, response) => {
    note('request', asyncHooks.executionAsyncResource().constructor.name)
    request.on('end', () => (note('end'), response.end('ok'))).resume()
  })
  const webPort = await listen(web)
  await storage.run('http', () => {
    return new Promise((resolve) => {
      http.get({ port: webPort, host: '127.0.0.1', agent: false }, (response) => {
        note('response')
        response.on('data', () => note('body')).on('end', () => (note('over'), resolve()))
      })
    })
  })
  await close(web)
}

process.on('exit', () => {
  const types = Object.entries(counts).map(([type, count]) => `${type} ${count}`)
  say(types.toSorted((a, b) => a.localeCompare(b)).join())
  // No identity between the first and the last is one of someone else's.
  say(ids.length, ids.at(-1) - first)
  writeSync(1, '')
})
void main()
