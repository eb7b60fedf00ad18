import { createServer, lines } from 'hawser'
import { fastRead, serveHawser } from './server.js'

const server = createServer(
  { framing: lines(), fastRead, maxConnections: 12_000, backlog: 4096 },
  async (connection) => {
    for await (const messages of connection.batches()) {
      let room: Promise<void> | undefined
      for (const line of messages) room = connection.send(line.toUpperCase())
      await room
    }
  },
)
await serveHawser(server)
