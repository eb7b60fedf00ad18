import { type Connection, createServer, lines } from 'hawser'
import { broadcastText } from '../../load/broadcast-text.js'
import { fastRead, serveHawser } from './server.js'

/** Topics there are beside the one that is sent to, and how many of them each connection is in. */
const others = 100
const each = 10

const server = createServer<string, string>(
  { framing: lines(), fastRead, backlog: 4096 },
  {
    open(connection: Connection<string, string>) {
      connection.join('all')
      for (let topic = 0; topic < each; topic++) {
        connection.join(`topic ${(connection.id + topic) % others}`)
      }
    },
    message() {
      server.to('all').send(broadcastText)
    },
  },
)
await serveHawser(server)
