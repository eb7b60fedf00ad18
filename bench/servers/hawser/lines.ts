import { createServer, lines } from 'hawser'
import { fastRead, serveHawser } from './server.js'

const server = createServer(
  { framing: lines(), fastRead, maxConnections: 12_000, backlog: 4096 },
  {
    // What `send` answers is ignored on purpose: flow control must not depend on it.
    message(connection, line) {
      void connection.send(line.toUpperCase())
    },
  },
)
await serveHawser(server)
