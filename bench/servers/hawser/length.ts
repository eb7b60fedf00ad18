import { createServer, lengthPrefixed } from 'hawser'
import { fastRead, serveHawser } from './server.js'
import { upperCaseInPlace } from '../../support/letters.js'

const server = createServer(
  { framing: lengthPrefixed({ bytes: 4 }), fastRead },
  {
    message(connection, bytes) {
      // A frame belongs to the handler that gets it.
      upperCaseInPlace(bytes)
      void connection.send(bytes)
    },
  },
)
await serveHawser(server)
