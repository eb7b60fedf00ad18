import { createServer, raw } from 'hawser'
import { fastRead, serveHawser } from './server.js'

const server = createServer(
  { framing: raw(), fastRead },
  {
    message(connection, chunk) {
      void connection.send(chunk)
    },
  },
)
await serveHawser(server)
