import type { Connection } from '../connection/connection.js'
import type { Clock, ClockTimer } from '../policy/clock.js'

/** How a client finds out that its peer has vanished without a word. */
export interface HeartbeatOptions<In, Out> {
  /** Milliseconds between pings. Default 15 000. */
  readonly every?: number | undefined
  /**
   * Pings in a row without a byte after them, from the last of which `every` has passed: then the
   * connection is reset with `HAWSER_HEARTBEAT_TIMEOUT`. Default 2, so that with `every` of 15 s a peer
   * that vanished is noticed within 45 s.
   */
  readonly misses?: number | undefined
  /** What to send. */
  readonly ping: Out | (() => Out)
  /**
   * Whether a message answers a ping, and nothing else; it is not delivered then. Without it the ping
   * is sent as a request, and its reply is the answer.
   */
  readonly isPong?: ((message: In) => boolean) | undefined
}

/** The connection that is listened to. */
export interface Heard<Out> {
  readonly connection: Pick<Connection<never, never>, 'bytesRead'>
  /** Whether nothing can be heard because nobody takes what comes. */
  readonly isDeaf: boolean
  ping(message: Out): void
  /** There is no ping to send. */
  failed(cause: unknown): void
  /** Nothing was heard for too long. */
  vanished(misses: number, every: number): void
}

/** Milliseconds between pings when nobody says otherwise. */
export const defaultEvery = 15_000
/** Pings without an answer that make a peer vanished, when nobody says otherwise. */
export const defaultMisses = 2

/** Asks one peer for a sign of life from time to time; any byte is one. */
export class Heartbeat<In, Out> {
  readonly #options: HeartbeatOptions<In, Out>
  readonly #heard: Heard<Out>
  readonly #clock: Clock
  #timer: ClockTimer | undefined
  #bytes = -1
  #unanswered = 0
  #hasAsked = false

  constructor(options: HeartbeatOptions<In, Out>, heard: Heard<Out>, clock: Clock) {
    this.#options = options
    this.#heard = heard
    this.#clock = clock
    this.#bytes = heard.connection.bytesRead
    this.#schedule()
  }

  stop(): void {
    this.#timer?.cancel()
  }

  #schedule(): void {
    const every = this.#options.every ?? defaultEvery
    this.#timer = this.#clock.schedule(() => this.#beat(), every, false)
  }

  #beat(): void {
    const { every = defaultEvery, misses = defaultMisses, ping } = this.#options
    const { bytesRead } = this.#heard.connection
    const isAlive = bytesRead !== this.#bytes || this.#heard.isDeaf
    this.#unanswered = isAlive || !this.#hasAsked ? 0 : this.#unanswered + 1
    this.#bytes = bytesRead
    if (this.#unanswered >= misses) {
      this.#heard.vanished(misses, every)
      return
    }
    this.#hasAsked = true
    try {
      this.#heard.ping(typeof ping === 'function' ? (ping as () => Out)() : ping)
      this.#schedule()
    } catch (error) {
      this.#heard.failed(error)
    }
  }
}
