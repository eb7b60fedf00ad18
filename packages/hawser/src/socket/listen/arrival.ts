import type { Clock } from '../../policy/clock.js'
import type { Transport, TransportAddresses } from '../../transport.js'

/** Milliseconds a refused peer gets to take its goodbye. */
export const goodbyeTime: number = 1_000

/** A connection that has arrived and that the server has not decided about. */
export interface Arrival {
  /** Whether its endpoint speaks TLS. */
  readonly secure: boolean
  /** Both ends' names. */
  readonly addresses: TransportAddresses
  /** Whether its peer has reset it meanwhile. */
  readonly isGone: boolean
  /** Let it in. */
  take(): Transport
  /** Close it without a word. */
  refuse(): void
  /**
   * Close it after `goodbye`; then `gone` is called. The time for it is fixed: a peer that goes on
   * sending must not stay for that. A goodbye under way keeps no process alive.
   */
  sayGoodbye(goodbye: Uint8Array, clock: Clock, gone: () => void): void
}
