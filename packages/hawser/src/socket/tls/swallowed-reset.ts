import type net from 'node:net'
import { askPeerName } from '../fast-read.js'

/**
 * Whether what Node.js calls an end was a reset. TLS writes of its own (session tickets, empty ones),
 * and Node.js drops what the operating system returns for them; the read behind it then finds an end.
 * A socket that was reset has no peer any more. One that both sides have ended has none either, so
 * that nothing can be said of it. To be asked only where nothing was received: a client that has had
 * its say may well close without reading the tickets, and that is a reset to the operating system.
 *
 * @param socket the TLS socket
 * @param beneath the one it wraps, on TCP
 */
export function swallowedReset(socket: net.Socket, beneath: net.Socket): Error | undefined {
  if (socket.writableEnded || askPeerName(beneath) !== undefined) return undefined
  return Object.assign(new Error('read ECONNRESET'), { code: 'ECONNRESET', syscall: 'read' })
}
