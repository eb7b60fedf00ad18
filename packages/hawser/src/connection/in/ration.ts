import { ConnectionError, type ErrorDetails, type HawserError } from '../../errors.js'
import type { Clock, ClockTimer } from '../../policy/clock.js'
import { Bucket } from '../../policy/rate/bucket.js'
import type { Rate, RateLimits } from '../../policy/rate/rate-limit.js'
import { holds } from './holds.js'

/** What a ration needs of its connection. */
export interface RationHost {
  readonly settings: { readonly clock: Clock }
  /** Both ends' names, for errors. */
  readonly details: ErrorDetails
  fail(error: HawserError, abrupt: boolean): void
}

/** What it needs of the way in. */
export interface Rationed {
  readonly framing: { readonly streaming?: boolean }
  readonly consumer: { readonly starving: boolean } | undefined
  hold(hold: number): void
  release(hold: number): void
}

/** Milliseconds within which what piled up while nothing was read has been read. */
const catchingUp = 1_000

/**
 * How much one connection may receive: made only for those that have a limit.
 *
 * Bytes are counted as they are read, and may be overdrawn by one read; messages as they are delivered,
 * exactly. A connection that is slowed down takes from what it gained until now. One that would be
 * closed is not blamed for what piled up while this program took or read nothing: it gains for that time.
 */
export class Ration {
  readonly #host: RationHost
  readonly #receiver: Rationed
  readonly #timers = new Map<number, ClockTimer>()
  #limits: RateLimits
  #messages: Bucket | undefined
  #bytes: Bucket | undefined
  /** When it was last seen that nothing had piled up. */
  #caughtUp: number
  #readsSince = -Infinity

  constructor(host: RationHost, receiver: Rationed, limits: RateLimits) {
    this.#host = host
    this.#receiver = receiver
    this.#limits = limits
    this.#caughtUp = this.#now
    this.#messages = limits.messages && new Bucket(limits.messages)
    this.#bytes = limits.bytes && new Bucket(limits.bytes)
  }

  /** Other limits from now on. */
  change(limits: RateLimits): void {
    const now = this.#now
    this.#limits = limits
    this.#messages = changed(this.#messages, limits.messages, now)
    this.#bytes = changed(this.#bytes, limits.bytes, now)
    for (const hold of [...this.#timers.keys()]) this.#wake(hold)
  }

  /** Bytes arrived. @returns false where they were too many, and the connection ends */
  arrived(count: number): boolean {
    const now = this.#now
    const hasCaughtUp = this.#receiver.consumer?.starving === true
    if (hasCaughtUp && now >= this.#readsSince + catchingUp) this.#caughtUp = now
    const bucket = this.#bytes
    if (bucket === undefined) return true
    bucket.take(count, this.#since(now))
    const wait = bucket.wait(0, now)
    if (wait === 0) return true
    if (this.#limits.over === 'close') return this.#exceeded('bytes', bucket.rate)
    this.#stop(holds.overdrawn, wait)
    return true
  }

  /** Reading goes on after it stood still. */
  readsAgain(): void {
    this.#readsSince = this.#now
  }

  /** Whether another message may be delivered now. */
  mayGoOn(): boolean {
    const bucket = this.#countedMessages
    if (bucket === undefined || this.#limits.over === 'close') return true
    const wait = bucket.wait(1, this.#now)
    if (wait === 0) return true
    this.#stop(holds.rationed, wait)
    return false
  }

  /** How many messages may be delivered at once; at least one is tried. */
  get messagesLeft(): number {
    const bucket = this.#countedMessages
    return bucket === undefined ? Infinity : Math.max(1, bucket.left(this.#now))
  }

  /** Messages are about to be delivered. @returns false where they are too many, and the connection ends */
  take(count: number): boolean {
    const bucket = this.#countedMessages
    if (bucket === undefined) return true
    const now = this.#now
    if (this.#limits.over === 'close' && bucket.wait(count, now) > 0) {
      return this.#exceeded('messages', bucket.rate)
    }
    bucket.take(count, this.#since(now))
    return true
  }

  /** The connection is gone: what came before that may be taken at any pace. */
  cancel(): void {
    for (const timer of this.#timers.values()) timer.cancel()
    this.#timers.clear()
    this.#messages = this.#bytes = undefined
  }

  get #now(): number {
    return this.#host.settings.clock.now()
  }

  /** Stretches of a byte stream are no messages: how many there are is chance. */
  get #countedMessages(): Bucket | undefined {
    return this.#receiver.framing.streaming === true ? undefined : this.#messages
  }

  #since(now: number): number {
    return this.#limits.over === 'close' ? this.#caughtUp : now
  }

  #stop(hold: number, wait: number): void {
    this.#receiver.hold(hold)
    this.#timers.get(hold)?.cancel()
    const timer = this.#host.settings.clock.schedule(() => this.#wake(hold), wait, false)
    this.#timers.set(hold, timer)
  }

  #wake(hold: number): void {
    const bucket = hold === holds.rationed ? this.#messages : this.#bytes
    // The runtime's timers may be early by a fraction.
    const wait = bucket?.wait(hold === holds.rationed ? 1 : 0, this.#now) ?? 0
    if (wait > 0) {
      this.#stop(hold, wait)
      return
    }
    this.#timers.get(hold)?.cancel()
    this.#timers.delete(hold)
    this.#receiver.release(hold)
  }

  #exceeded(unit: 'messages' | 'bytes', { perSecond, burst }: Rate): false {
    const text = `the peer sent more than ${perSecond} ${unit} a second, with a burst of ${burst}`
    const error = new ConnectionError('HAWSER_RATE_EXCEEDED', text, {
      op: 'read',
      ...this.#host.details,
      option: `rateLimit.${unit}`,
      remedy: (option) => `raise ${option}, or slow the peer down instead (over: 'slow')`,
    })
    this.#host.fail(error, false)
    return false
  }
}

/** A limit that stays keeps what was used of it, so that setting it again renews nothing. */
function changed(
  bucket: Bucket | undefined,
  rate: Rate | undefined,
  now: number,
): Bucket | undefined {
  if (rate === undefined || bucket === undefined) return rate && new Bucket(rate)
  const { perSecond, burst } = bucket.rate
  if (rate.perSecond === perSecond && rate.burst === burst) return bucket
  return bucket.become(rate, now)
}
