import { ignore } from '../../promises.js'
import type { NetworkArrival } from '../../network.js'
import type { Clock } from '../../policy/clock.js'
import type { Transport, TransportAddresses } from '../../transport.js'
import { type Arrival, goodbyeTime } from '../listen/arrival.js'

/** A connection that a network, and not the operating system, has accepted. */
export class PlainArrival implements Arrival {
  readonly secure: boolean
  readonly #accepted: NetworkArrival

  constructor(accepted: NetworkArrival, secure: boolean) {
    this.secure = secure
    this.#accepted = accepted
  }

  get addresses(): TransportAddresses {
    return this.#accepted.transport.addresses
  }

  get isGone(): boolean {
    return this.#accepted.isGone
  }

  take(): Transport {
    return this.#accepted.transport
  }

  refuse(): void {
    this.#accepted.transport.close()
  }

  sayGoodbye(goodbye: Uint8Array, clock: Clock, gone: () => void): void {
    const { transport } = this.#accepted
    const timer = clock.schedule(() => transport.close(), goodbyeTime, false)
    // What the refused peer sends is read away: unread bytes would turn the close into a reset that
    // takes the goodbye with it.
    transport.start({
      received: ignore,
      peerEnded: ignore,
      wrote: ignore,
      gone: () => {
        timer.cancel()
        gone()
      },
    })
    transport.unref()
    transport.write([goodbye])
    transport.end()
  }
}
