// A program as a service: on a Unix socket that its group may use, or on what systemd passes on. It
// takes two clients at once; the others wait for their turn. docs/listening.md has units for it.
//
//   node examples/dist/17-service.js [ENDPOINT]
//
// systemd-socket-activate -l 8000 --fdname=echo node examples/dist/17-service.js systemd:echo
import { createServer, formatEndpoint, lines, notifySystemd } from 'hawser'

const [endpoint = 'unix:/tmp/hawser-service.sock?mode=660'] = process.argv.slice(2)

const server = createServer(
  { framing: lines(), maxConnections: 2, atLimit: 'pause' },
  {
    open: (connection) => void connection.send('your turn'),
    message: (connection, line) => connection.send(line.toUpperCase()),
  },
)

// READY=1 once it listens, STOPPING=1 when it closes, and a sign of life for WatchdogSec=. Started by
// hand, it says nothing to anybody.
const systemd = notifySystemd(server)

await server.listen(endpoint)
console.log(`listening on ${server.addresses().map(formatEndpoint).join()}`)
console.log(systemd.active ? 'systemd is told' : 'nobody wants to be told')

server.on('closing', () => {
  const { held, connections } = server.info()
  console.log(`closing: ${connections} drain, ${held} that wait are refused`)
})

for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.once(signal, () => {
    void server.close({ drain: 10_000 }).then(({ drained, forced }) => {
      console.log(`closed: ${drained} drained, ${forced} forced`)
    })
  })
}
