import type { NatsConnection } from '@nats-io/transport-node'

/** How often the server is pinged. */
export interface Beat {
  /** Milliseconds between pings. */
  readonly every: number
  /** Pings without a reply, after which the connection is given up. */
  readonly misses: number
}

/** How a server that no longer replies is noticed. */
export interface PulseOptions extends Beat {
  /** Whether there is a connection to be looked after. */
  readonly isUp: () => boolean
  readonly vanished: () => void
}

/**
 * Pings of our own: those of the client (3.3) may end for good when it connects again at once, as the
 * pings of the connection before fail then and stop the new ones.
 */
export class Pulse {
  readonly #nats: NatsConnection
  readonly #options: PulseOptions
  readonly #timer: NodeJS.Timeout
  #unanswered = 0

  constructor(nats: NatsConnection, options: PulseOptions) {
    this.#nats = nats
    this.#options = options
    this.#timer = setInterval(() => this.#beat(), options.every).unref()
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #beat(): void {
    if (!this.#options.isUp()) {
      this.#unanswered = 0
      return
    }
    if (this.#unanswered >= this.#options.misses) {
      this.#unanswered = 0
      this.#options.vanished()
      giveUp(this.#nats)
      return
    }
    this.#unanswered += 1
    const heard = (): void => {
      this.#unanswered = 0
    }
    this.#nats.flush().then(heard, () => undefined)
  }
}

/**
 * End the connection, so that the client makes another. Its own way waits until what was written has
 * left, which it never does where nothing gets through: the socket is destroyed beneath it.
 */
function giveUp(nats: NatsConnection): void {
  void nats.reconnect().catch(() => undefined)
  const { protocol } = nats as { protocol?: { transport?: { socket?: { destroy?(): void } } } }
  protocol?.transport?.socket?.destroy?.()
}
