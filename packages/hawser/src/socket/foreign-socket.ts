import net from 'node:net'
import type { Duplex } from 'node:stream'
import { TLSSocket } from 'node:tls'
import type { TransportAddresses } from '../transport.js'
import type { TlsSession } from '../tls.js'
import { addressesOf } from './names.js'
import { SocketTransport } from './socket-transport.js'
import { sessionOf } from './tls/negotiated.js'

/**
 * A TCP or Unix socket that the program made itself, if `stream` is one that nothing has happened to
 * yet: then it can be reset, and what it has sent is known.
 */
export function foreignSocket(stream: Duplex): SocketTransport | undefined {
  if (!(stream instanceof net.Socket) || stream instanceof TLSSocket) return undefined
  const isFresh = !stream.connecting && stream.readable && stream.writable
  // A terminal is a socket to Node.js, and to nothing else.
  const isTerminal = 'isTTY' in stream
  if (!isFresh || isTerminal || stream.listenerCount('readable') > 0) return undefined
  const { remoteAddress: ip, remotePort: port } = stream
  stream.allowHalfOpen = true
  // What has no address of the network's is a Unix socket, whose path only its maker knows.
  if (ip === undefined || port === undefined) {
    return new SocketTransport(stream, false, { path: '' }, undefined)
  }
  const { local } = addressesOf(stream, {}, undefined)
  return new SocketTransport(stream, false, { local }, { ip, port })
}

/** What a stream tells of itself, asked when it knows: a socket that is gone tells nothing. */
export function socketFacts(stream: Duplex): SocketFacts {
  const facts = new SocketFacts()
  if (!(stream instanceof net.Socket)) return facts
  facts.read(stream)
  if (isOpening(stream)) {
    const read = (): void => facts.read(stream)
    stream.once('connect', read).once('secure', read)
  }
  return facts
}

/** Who is at both ends, and what was agreed on, as far as it is known. */
class SocketFacts {
  addresses: TransportAddresses = { local: undefined, remote: undefined }
  tls: TlsSession | undefined

  read(socket: net.Socket): void {
    const { remoteAddress: ip, remotePort: port } = socket
    const peer = ip === undefined || port === undefined ? undefined : { ip, port }
    this.addresses = addressesOf(socket, {}, peer)
    this.tls = negotiatedOn(socket)
  }
}

/** @returns fulfils once a socket is connected, or TLS agreed on; undefined where nothing is waited for */
export function whenConnected(stream: unknown): Promise<void> | undefined {
  if (!(stream instanceof net.Socket) || !isOpening(stream)) return undefined
  return new Promise((resolve, reject) => {
    const done = (): void => {
      // A certificate that is refused is so in the same moment.
      if (!isOpening(stream) && !stream.destroyed) resolve()
    }
    stream.once('connect', done).once('secure', done)
    stream.once('error', reject)
    stream.once('close', () => reject(new Error('the socket was closed before it was connected')))
  })
}

function isOpening(socket: net.Socket): boolean {
  if (socket.destroyed) return false
  return socket.connecting || (socket instanceof TLSSocket && !isAgreed(socket))
}

/** Whether the handshake is over; before that, what is asked of the session throws or is undefined. */
function isAgreed(socket: TLSSocket): boolean {
  return (socket.getCipher() as object | undefined) !== undefined
}

function negotiatedOn(socket: net.Socket): TlsSession | undefined {
  if (!(socket instanceof TLSSocket) || socket.destroyed || !isAgreed(socket)) return undefined
  const { authorized, authorizationError: error } = socket
  const code = (error as { readonly code?: unknown } | null | undefined)?.code ?? error
  return sessionOf(socket, { authorized, error: typeof code === 'string' ? code : undefined })
}
