import { createServer, lines } from 'hawser'
import { fastRead, serveHawser } from './server.js'

const server = createServer(
  { framing: lines(), fastRead, maxConnections: 12_000, backlog: 4096 },
  async (connection) => {
    for await (const line of connection) await connection.send(line.toUpperCase())
  },
)
await serveHawser(server)
