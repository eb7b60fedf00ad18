import { createConnection, type Socket } from 'node:net'
import { withDeadline } from '../test-deadline.js'
import { resolveEndpoint, type PeerEndpoint } from './peer-endpoint.js'
import { SocketWire } from './socket-wire.js'

/** Connect a real socket; it is destroyed when that fails or takes longer than `deadline`. */
export async function dialSocket(
  endpoint: PeerEndpoint | null,
  deadline: number,
): Promise<SocketWire> {
  const target = resolveEndpoint(endpoint)
  const socket = createConnection({ ...target, allowHalfOpen: true, noDelay: true })
  socket.pause()
  try {
    const where = 'path' in target ? target.path : `${target.host}:${target.port}`
    await withDeadline(untilConnected(socket), deadline, () => `no connection to ${where}`)
  } catch (error) {
    socket.destroy()
    throw error
  }
  return new SocketWire(socket)
}

function untilConnected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('error', reject)
    socket.once('connect', () => {
      socket.off('error', reject)
      resolve()
    })
  })
}
