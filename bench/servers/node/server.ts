import { createServer, type AddressInfo, type Socket } from 'node:net'
import { promisify } from 'node:util'
import type { Request } from '../../control.js'
import { answerMeasurements } from '../../support/measured.js'

/** Serve with bare node:net and let the harness measure it. */
export function serveNet(
  connected: (socket: Socket) => void,
  more: Readonly<Record<string, Request>> = {},
): void {
  const server = createServer({ noDelay: true }, (socket) => {
    // The load resets its connections when it is done with them.
    socket.on('error', () => {})
    connected(socket)
  })
  const connections = promisify(server.getConnections.bind(server))
  server.listen(0, '127.0.0.1', 4096, () => {
    const { port } = server.address() as AddressInfo
    answerMeasurements(port, { connections: () => connections(), ...more })
  })
}
