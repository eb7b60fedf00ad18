import { connect, createServer, relay } from 'hawser'
import { fastRead, serveHawser } from './server.js'

// Where the upstream is, the harness says.
let upstream = 0

const server = createServer({ fastRead, backlog: 4096 }, async (inner) => {
  const outer = await connect(`tcp://127.0.0.1:${upstream}`)
  await relay(inner, outer)
})
await serveHawser(server, { upstream: (port) => (upstream = port as number) })
