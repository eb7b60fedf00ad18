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

/** What a stream tells of itself, asked at once: a socket that is gone tells nothing. */
export function socketFacts(stream: Duplex): {
  readonly addresses: TransportAddresses
  readonly tls: TlsSession | undefined
} {
  if (!(stream instanceof net.Socket)) {
    return { addresses: { local: undefined, remote: undefined }, tls: undefined }
  }
  const { remoteAddress: ip, remotePort: port } = stream
  const peer = ip === undefined || port === undefined ? undefined : { ip, port }
  return { addresses: addressesOf(stream, {}, peer), tls: negotiatedOn(stream) }
}

function negotiatedOn(socket: net.Socket): TlsSession | undefined {
  if (!(socket instanceof TLSSocket) || socket.destroyed || socket.getProtocol() === null) {
    return undefined
  }
  const { authorized, authorizationError: error } = socket
  const code = (error as { readonly code?: unknown } | null | undefined)?.code ?? error
  return sessionOf(socket, { authorized, error: typeof code === 'string' ? code : undefined })
}
