// Run as a service, on a Unix socket or under systemd. It serves two clients at once, and the others wait
// for their turn.
//
//   npm run example service [ENDPOINT]
//
// Then connect three times with `nc -U /tmp/hawser-service.sock`. Under systemd's socket activation:
//
//   systemd-socket-activate -l 8000 --fdname=echo node examples/dist/production/service.js systemd:echo
//
// docs/listening.md has unit files for it.
import { createServer, formatEndpoint, lines } from 'hawser'
import { notifySystemd } from 'hawser/systemd'

const [endpoint = 'unix:/tmp/hawser-service.sock?mode=660'] = process.argv.slice(2)

const server = createServer(
  { framing: lines(), maxConnections: 2, atLimit: 'pause' },
  {
    open: (connection) => void connection.send('your turn'),
    message: (connection, line) => connection.send(line.toUpperCase()),
  },
)

// Sends READY=1 once it listens, STOPPING=1 when it closes, and a sign of life for WatchdogSec=.
// Started by hand, it sends nothing.
const systemd = notifySystemd(server)

await server.listen(endpoint)
console.log(`listening on ${server.addresses().map(formatEndpoint).join()}`)
console.log(systemd.active ? 'systemd hears of it' : 'not started by systemd')

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
