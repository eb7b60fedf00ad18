import { channel } from 'node:diagnostics_channel'
import { serveHawser } from './server.js'
import { loadCopy } from './library-copy.js'
import { MemoryExchange } from './memory-exchange.js'

/** Who watches: `unobservable`, `unwatched`, `metrics` or `channels`. */
const [, , watcher = 'unwatched'] = process.argv
const copy = await loadCopy(watcher !== 'unobservable')
const { library, metrics } = copy
const memory = new MemoryExchange(copy)

const server = library.createServer(
  { framing: library.lines(), backlog: 4096 },
  {
    message(connection, line) {
      void connection.send(line.toUpperCase())
    },
  },
)

let events = 0
if (watcher === 'metrics') metrics.collectMetrics(server)
else if (watcher === 'channels') {
  // As `ChannelPayloads` names them: there is no list of them at run time.
  for (const name of [
    'server:listen',
    'server:refuse',
    'server:handshake',
    'connection:open',
    'connection:first-byte',
    'connection:bytes-in',
    'connection:bytes-out',
    'connection:message-in',
    'connection:message-out',
    'connection:overflow',
    'connection:close',
  ]) {
    channel(`hawser:${name}`).subscribe(() => {
      events += 1
    })
  }
}
await serveHawser(server, {
  events: () => events,
  memory: (messages) => memory.run(messages as number),
})
