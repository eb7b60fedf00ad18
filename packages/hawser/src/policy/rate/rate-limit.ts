import { checkOptions } from '../../options/check-options.js'
import { invalid, show } from '../../options/invalid.js'
import { atLeast } from '../../options/numbers.js'
import type { NamesOf } from '../../options/option-names.js'

/** So many a second, and so many at once. */
export interface Rate {
  readonly perSecond: number
  readonly burst: number
}

/** So many a second, with another burst than those of a second. */
export interface RateWithBurst {
  /** How many a second, 1e-6 or more; 0.1 is six a minute. `Infinity` is off. */
  readonly perSecond: number
  /** How many at once, after a while without any. Default: those of a second, at least 1. */
  readonly burst?: number | undefined
}

/** How much one peer may send. */
export interface RateLimit {
  /**
   * Messages a second: a number with a burst of a second's worth, or `{ perSecond, burst }`. Default
   * `Infinity`, off. Counted as they are delivered; a framing without messages, `raw()`, has none.
   */
  readonly messages?: number | RateWithBurst | undefined
  /**
   * Bytes a second, as they arrive: framing included, TLS not. A number with a burst of a second's
   * worth, or `{ perSecond, burst }`. Default `Infinity`, off.
   */
  readonly bytes?: number | RateWithBurst | undefined
  /**
   * What happens to a peer that sends more. `slow`: it is read from no further until it may send again,
   * and TCP slows it down. `close`: the connection ends with `rate-exceeded`, and the message that
   * was one too many is not delivered. Default `slow`.
   */
  readonly over?: 'slow' | 'close' | undefined
}

/** One in eleven days. Far below it, the wait for the next one is no number of milliseconds. */
const slowest = 1e-6

/** The names of the options in {@link RateLimit}. */
export const rateLimitNames: NamesOf<RateLimit> = {
  messages: { perSecond: true, burst: true } satisfies NamesOf<RateWithBurst>,
  bytes: { perSecond: true, burst: true } satisfies NamesOf<RateWithBurst>,
  over: true,
}

/** The limits of one connection; what is undefined is off. */
export interface RateLimits {
  readonly messages: Rate | undefined
  readonly bytes: Rate | undefined
  readonly over: 'slow' | 'close'
}

/** No limit. */
const unlimited: RateLimits = { messages: undefined, bytes: undefined, over: 'slow' }

/**
 * What holds from now on: what was left out stays as it was.
 *
 * @throws OptionError when a value cannot work
 */
export function resolveRateLimit(limit: RateLimit, before: RateLimits = unlimited): RateLimits {
  checkOptions(limit, rateLimitNames, 'rateLimit')
  const { messages, bytes, over = before.over } = limit
  if (over !== 'slow' && over !== 'close') {
    throw invalid('rateLimit.over', `is ${show(over)}: it takes 'slow' or 'close'`)
  }
  return {
    messages: messages === undefined ? before.messages : resolveRate('messages', messages),
    bytes: bytes === undefined ? before.bytes : resolveRate('bytes', bytes),
    over,
  }
}

function resolveRate(unit: 'messages' | 'bytes', rate: number | RateWithBurst): Rate | undefined {
  const name = `rateLimit.${unit}`
  const { perSecond, burst: asked } =
    typeof rate === 'object' ? rate : { perSecond: rate, burst: undefined }
  if (!(typeof perSecond === 'number' && perSecond >= slowest)) {
    throw invalid(
      name,
      `is ${show(perSecond)} a second: it takes ${slowest} or more, such as 10, or 0.1 for six a minute (Infinity is off)`,
    )
  }
  const burst = atLeast(`${name}.burst`, asked ?? Math.max(1, perSecond), 1, unit)
  return perSecond === Infinity || burst === Infinity ? undefined : { perSecond, burst }
}
