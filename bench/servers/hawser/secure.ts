import { createServer, lines } from 'hawser'
import { createIdentity } from '../../support/identity.js'
import { serveHawser } from './server.js'

// Lines on two ports: plain on the first, TLS on the second. `iteration` takes them in a loop.
const options = { framing: lines(), backlog: 4096, tls: await createIdentity() }
const server =
  process.argv[2] === 'iteration'
    ? createServer(options, async (connection) => {
        for await (const line of connection) await connection.send(line.toUpperCase())
      })
    : createServer(options, {
        message(connection, line) {
          void connection.send(line.toUpperCase())
        },
      })
await server.listen(['tcp://127.0.0.1:0', 'tls://127.0.0.1:0'])
const [plain, secure] = server.addresses()
if (typeof plain !== 'object' || typeof secure !== 'object') throw new Error('not listening on TCP')
await serveHawser(server, { tlsPort: () => secure.port })
