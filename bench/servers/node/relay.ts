import { connect } from 'node:net'
import { serveNet } from './server.js'

// What is written by hand: two pipes. Where the upstream is, the harness says.
let upstream = 0

serveNet(
  (inner) => {
    const outer = connect({ port: upstream, host: '127.0.0.1', noDelay: true })
    outer.on('error', () => {})
    inner.on('close', () => outer.destroy())
    outer.on('close', () => inner.destroy())
    inner.pipe(outer)
    outer.pipe(inner)
  },
  { upstream: (port) => (upstream = port as number) },
)
