import type { HawserError } from '../errors.js'
import { ignore } from '../promises.js'
import type { Clock } from '../policy/clock.js'
import type { TlsTerms } from '../tls.js'
import type { Transport } from '../transport.js'
import { Deadline } from './deadline.js'
import { SocketTransport } from './socket-transport.js'
import type { Wrap } from './tls/handshake.js'
import { handshakeError, handshakeTimeout } from './tls/tls-errors.js'

/** One side of TLS, ready for use. */
export interface TlsSide {
  readonly wrap: Wrap
  readonly terms: TlsTerms
}

/** How long a handshake may take. */
export interface SecureLimits {
  /** Milliseconds; `Infinity` is off. */
  readonly timeout: number
  readonly clock: Clock
}

/** Whether TLS can begin on a transport. */
export function canSecure(transport: Transport): boolean {
  return transport instanceof SocketTransport || transport.secure !== undefined
}

/**
 * Speak TLS from here on. Reading has to be stopped, and nothing may be under way to be written. If the
 * handshake fails, the transport is for the caller to close.
 *
 * @throws TlsError, TimeoutError
 */
export async function secureTransport(
  transport: Transport,
  { wrap, terms }: TlsSide,
  limits: SecureLimits,
): Promise<void> {
  if (transport instanceof SocketTransport) return transport.upgrade(wrap, limits)
  const { addresses } = transport
  const securing = Promise.resolve(transport.secure?.(terms)).catch((cause: unknown) => {
    throw handshakeError(cause as Error, addresses)
  })
  const late = (): HawserError => handshakeTimeout(limits.timeout, addresses)
  const deadline = new Deadline({ ...limits, signal: undefined, timedOut: late, aborted: late })
  try {
    await deadline.step(securing, ignore)
  } finally {
    deadline.end()
  }
}
