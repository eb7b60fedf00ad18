import { createServer, raw } from 'hawser'
import { holdHeap } from '../../support/live-heap.js'
import { fastRead, serveHawser } from './server.js'

if (process.argv[2] === 'heap') holdHeap()

const server = createServer(
  { framing: raw(), fastRead },
  {
    message(connection, chunk) {
      void connection.send(chunk)
    },
  },
)
await serveHawser(server)
