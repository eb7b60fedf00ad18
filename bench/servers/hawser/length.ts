import { createServer, lengthPrefixed } from 'hawser'
import { fastRead, serveHawser } from './server.js'
import { upperCaseInPlace } from '../letters.js'

const server = createServer(
  { framing: lengthPrefixed({ bytes: 4 }), fastRead },
  {
    message(connection, bytes) {
      // A frame belongs to whoever it is delivered to.
      upperCaseInPlace(bytes)
      void connection.send(bytes)
    },
  },
)
await serveHawser(server)
