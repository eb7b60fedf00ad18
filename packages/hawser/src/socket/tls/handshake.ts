import type net from 'node:net'
import type { TLSSocket } from 'node:tls'
import { ignore } from '../../promises.js'
import type { ErrorDetails } from '../../errors.js'
import type { Clock } from '../../policy/clock.js'
import type { TlsSession } from '../../tls.js'
import { notePartings } from '../goodbye.js'
import { handshakeError, handshakeLost, handshakeTimeout } from './tls-errors.js'

/** How long a handshake may take, and who it is with. */
export interface HandshakeLimits {
  /** Milliseconds; `Infinity` is off. */
  readonly timeout: number
  readonly clock: Clock
  /** For errors. */
  readonly details: ErrorDetails
}

/** A socket under TLS, its handshake done. */
export interface SecureSocket {
  readonly socket: TLSSocket
  readonly session: TlsSession
}

/** Begins TLS on a socket: the first thing it does is to take over its reads. */
export type Wrap = (raw: net.Socket, limits: HandshakeLimits) => Promise<SecureSocket>

/**
 * Make a TLS socket over `raw`. Node.js throws for options of `tls.node` that it cannot use.
 *
 * @throws TlsError
 */
export function beginTls(raw: net.Socket, details: ErrorDetails, make: () => TLSSocket): TLSSocket {
  try {
    const socket = make()
    notePartings(socket, raw)
    return socket
  } catch (cause) {
    throw handshakeError(cause as Error, details)
  }
}

/**
 * Wait until the handshake is done. When it fails, nothing is left to be done for the TLS socket;
 * the one beneath it is for its owner to close.
 *
 * @param event what says that it is done
 * @throws TlsError, TimeoutError
 */
export function handshaken(
  socket: TLSSocket,
  event: 'secure' | 'secureConnect',
  { timeout, clock, details }: HandshakeLimits,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      timer.cancel()
      socket.off(event, done).off('error', fail).off('end', lost).off('close', lost)
      if (error === undefined) resolve()
      else {
        // Its close may still bring an error that nothing else handles.
        socket.on('error', ignore)
        reject(error)
      }
    }
    const done = (): void => {
      settle()
      // From here on Node.js only tells of what goes wrong, and leaves the connection as it is.
      socket.on('_tlsError', (error: Error) => socket.destroy(error))
    }
    const fail = (cause: Error): void => settle(handshakeError(cause, details))
    const lost = (): void => settle(handshakeLost(details))
    const timer = clock.schedule(() => settle(handshakeTimeout(timeout, details)), timeout, true)
    socket.on(event, done).on('error', fail).on('end', lost).on('close', lost)
  })
}
