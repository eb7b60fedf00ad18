// A server of HTTP or HTTPS and its client in one process: three requests over one connection.
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import * as http from 'node:http'
import * as https from 'node:https'

const [certFile, keyFile] = process.argv.slice(2)
const identity = certFile && { cert: readFileSync(certFile), key: readFileSync(keyFile) }

const serve = (request, response) => {
  const chunks = []
  request.on('data', (chunk) => chunks.push(chunk))
  request.on('end', () => {
    response.setHeader('x-length', Buffer.concat(chunks).length)
    response.write(`${request.method} ${request.url}\n`)
    response.end(Buffer.concat(chunks))
  })
}
const server = identity ? https.createServer(identity, serve) : http.createServer(serve)
const { Agent, request } = identity ? https : http
const agent = new Agent({ keepAlive: true, maxSockets: 1 })

function ask(method, path, body) {
  const { port } = server.address()
  const options = { port, host: '127.0.0.1', method, path, agent, rejectUnauthorized: false }
  return new Promise((resolve, reject) => {
    const sent = request(options, (response) => {
      const chunks = []
      response.on('data', (chunk) => chunks.push(chunk))
      response.on('end', () => resolve(Buffer.concat(chunks)))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}

server.listen(0, '127.0.0.1')
await once(server, 'listening')
console.log(String(await ask('GET', '/first')))
console.log((await ask('POST', '/large', 'x'.repeat(300_000))).length)
console.log(String(await ask('PUT', '/second', Buffer.from('a body'))))
agent.destroy()
server.close(() => console.log('closed'))
