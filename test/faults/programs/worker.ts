import { createServer, lines } from 'hawser'
import { joinWorkers } from 'hawser/workers'
import { Entry } from '../support/ledger.js'

/** Says who it is when asked, and answers everything else as the ledger wants it. */
const server = createServer(
  { framing: lines(), data: () => new Entry() },
  {
    message(connection, line) {
      const answer = line === 'who' ? String(process.pid) : connection.data.take(line)
      void connection.send(answer)
    },
  },
)
joinWorkers(server)
await server.listen('tcp://127.0.0.1:0')
