import { valueOf } from '../callbacks.js'
import { invalid, kindOf } from '../options/invalid.js'
import { atLeast, milliseconds } from '../options/numbers.js'
import type { Clock, ClockTimer } from './clock.js'
import type { NamesOf } from '../options/option-names.js'

/** How one end finds out that the other has vanished without a word. */
export interface HeartbeatOptions<In, Out> {
  /** Milliseconds between pings. Default 15 000. */
  readonly every?: number | undefined
  /**
   * Pings in a row without a byte after them, from the last of which `every` has passed: then the
   * connection is reset with `HAWSER_HEARTBEAT_TIMEOUT`. Default 2, so that with `every` of 15 s a peer
   * that vanished is noticed within 45 s.
   */
  readonly misses?: number | undefined
  /** The message to send, or what makes it. */
  readonly ping: Out | (() => Out)
  /**
   * Whether a message only replies to a ping; it is not delivered then. Without it, a client
   * sends the ping as a request, and its reply is the sign of life; on a server, and with `connect`,
   * the reply is delivered as every message is.
   */
  readonly isPong?: ((message: In) => boolean) | undefined
}

/** The names of the options in {@link HeartbeatOptions}. */
export const heartbeatNames: NamesOf<HeartbeatOptions<unknown, unknown>> = {
  every: true,
  misses: true,
  ping: true,
  isPong: 'function',
}

/** The part of it that sends. */
export type Beat<Out> = Omit<HeartbeatOptions<never, Out>, 'isPong'>

/** The connection that is listened to. */
export interface Heard<Out> {
  /** Bytes received until now. */
  readonly bytesRead: number
  /** Whether nothing can be heard, because what comes is not read. */
  readonly isDeaf: boolean
  /** Whether the peer is not expected to reply to a ping now. */
  readonly isExcused?: boolean
  ping(message: Out): void
  /** There is no ping to send. */
  failed(cause: unknown): void
  /** Nothing was heard for too long. */
  vanished(misses: number, every: number): void
}

/** The default of `every`. */
const defaultEvery = 15_000
/** The default of `misses`. */
const defaultMisses = 2

/** @throws OptionError when one of them cannot work */
export function assertHeartbeat<In, Out>(options: HeartbeatOptions<In, Out>): void {
  const { every = defaultEvery, misses = defaultMisses, ping, isPong } = options
  milliseconds('heartbeat.every', every)
  atLeast('heartbeat.misses', misses, 1, 'pings')
  if (ping === undefined) {
    throw invalid('heartbeat.ping', 'is missing: it takes the message to send, or a function')
  }
  if (isPong === undefined || typeof isPong === 'function') return
  throw invalid('heartbeat.isPong', `is ${kindOf(isPong)}: it takes a function`)
}

/** Asks one peer for a sign of life from time to time; any byte is one. */
export class Heartbeat<Out> {
  readonly #options: Beat<Out>
  readonly #heard: Heard<Out>
  readonly #clock: Clock
  #timer: ClockTimer | undefined
  #bytes = -1
  #unanswered = 0
  #hasAsked = false
  #isStopped = false

  constructor(options: Beat<Out>, heard: Heard<Out>, clock: Clock) {
    this.#options = options
    this.#heard = heard
    this.#clock = clock
    this.#bytes = heard.bytesRead
    this.#schedule()
  }

  stop(): void {
    this.#isStopped = true
    this.#timer?.cancel()
  }

  #schedule(): void {
    if (this.#isStopped) return
    const every = this.#options.every ?? defaultEvery
    this.#timer = this.#clock.schedule(() => this.#beat(), every, false)
  }

  #beat(): void {
    const { every = defaultEvery, misses = defaultMisses, ping } = this.#options
    const { bytesRead } = this.#heard
    if (this.#heard.isExcused === true) {
      this.#unanswered = 0
      this.#hasAsked = false
      this.#schedule()
      return
    }
    const isAlive = bytesRead !== this.#bytes || this.#heard.isDeaf
    this.#unanswered = isAlive || !this.#hasAsked ? 0 : this.#unanswered + 1
    this.#bytes = bytesRead
    if (this.#unanswered >= misses) {
      this.#heard.vanished(misses, every)
      return
    }
    this.#hasAsked = true
    try {
      const message = typeof ping === 'function' ? valueOf('ping', (ping as () => Out)()) : ping
      this.#heard.ping(message)
      this.#schedule()
    } catch (error) {
      this.#heard.failed(error)
    }
  }
}
