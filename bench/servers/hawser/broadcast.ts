import { createServer, lines } from 'hawser'
import { broadcastText } from '../../load/broadcast-text.js'
import { fastRead, serveHawser } from './server.js'

const server = createServer(
  { framing: lines(), fastRead, backlog: 4096 },
  {
    message() {
      server.broadcast(broadcastText)
    },
  },
)
await serveHawser(server)
