// A server, a client that comes back and a pool of Hawser in one process, with and without TLS.
import { readFileSync } from 'node:fs'
import { createClient, createPool, createServer, lines, serveRequests } from 'hawser'

const [certFile, keyFile] = process.argv.slice(2)
const identity = certFile && { cert: readFileSync(certFile), key: readFileSync(keyFile) }
const scheme = identity ? 'tls' : 'tcp'
const tls = identity && { insecure: true }

const server = createServer(
  { framing: lines(), ...(identity && { tls: identity }) },
  serveRequests({ handle: (text) => `you said ${text}` }),
)
await server.listen(`${scheme}://127.0.0.1:0`)
const endpoint = `${scheme}://127.0.0.1:${server.address().port}`
const options = { framing: lines(), ...(tls && { tls }) }
const client = createClient(endpoint, options)
console.log(await client.request('hawser ⚓'))
console.log((await client.request('x'.repeat(50_000))).length)
const pool = createPool(endpoint, options)
const ask = (text) => pool.run((lease) => lease.request(text))
console.log(await Promise.all(['a', 'b', 'c'].map(ask)))
await client.close()
await pool.close()
await server.close()
console.log('closed')
