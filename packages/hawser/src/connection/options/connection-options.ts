import type { Framing } from '../../framing/framing.js'
import { invalid, kindOf } from '../../options/invalid.js'
import { atLeast } from '../../options/numbers.js'
import type { Budget } from '../../policy/budget.js'
import type { Clock } from '../../policy/clock.js'
import {
  type RateLimit,
  rateLimitNames,
  type RateLimits,
  resolveRateLimit,
} from '../../policy/rate/rate-limit.js'
import { assertHeartbeat, type HeartbeatOptions } from '../../policy/heartbeat.js'
import { withoutPongs } from '../watch/connection-heartbeat.js'
import { encoderOf } from '../out/encode-frame.js'
import type { Brakes, Settings } from '../connection-settings.js'
import type { HandlerObject } from '../face.js'
import {
  type ConnectionTimeouts,
  defaultTimeouts,
  resolveTimeouts,
  timeoutNames,
} from './timeouts.js'
import { steadyClock } from '../time/steady-clock.js'
import type { NamesOf } from '../../options/option-names.js'
import { Effects } from '../work.js'

/** Limits and waits of one connection; the same for servers and clients. */
export interface ConnectionOptions extends ConnectionTimeouts {
  /**
   * Bytes received and not delivered that one connection may hold. Reading stops there and TCP slows
   * the peer down. Default 2 MiB, or the framing's `maxFrame` where that is more, and never less than
   * it. Stops: a peer that sends faster than the program consumes.
   */
  readonly inbox?: number | undefined
  /**
   * Bytes accepted and not sent that one connection may hold. Above it `send` rejects with
   * `HAWSER_OUTBOX_FULL` and the connection is reset. Default 8 MiB, or twice the framing's `maxFrame`
   * and 1 MiB where that is more; `Infinity` is off. Stops: a program that sends without waiting to a
   * peer that does not read.
   */
  readonly outbox?: number | undefined
  /**
   * Bytes accepted and not sent above which `send` returns a pending promise and `trySend` returns
   * false; a consumer that awaits neither gets no further message until there is room. Default
   * 64 KiB; `Infinity` is off. Stops: one slow reader taking the memory of all.
   */
  readonly highWaterMark?: number | undefined
  /**
   * How much the peer may send: `{ messages, bytes, over }`, each a number a second with a burst of a
   * second's worth, or `{ perSecond, burst }`. Above it the peer is read from no further until it may
   * send again (`over: 'slow'`, the default), or its connection ends with `rate-exceeded`
   * (`over: 'close'`). Default: off, since what is too much is for the program to say, and a reader's
   * own pace slows its peer anyway. Stops: one peer taking the processor time, or the line, of all.
   */
  readonly rateLimit?: RateLimit | undefined
  /**
   * Keep our direction open when the peer has ended its own, until `end()`. Default false: our
   * direction ends too, before the loop's caller runs on, once every message was delivered and the
   * loop returned, or the last `message` settled; without a consumer, a turn later. What was accepted
   * is sent first; a later `send` rejects with `HAWSER_CONNECTION_ENDED`. While a function handler or
   * a stream over our direction is at work, it stays open either way. As in node:net.
   */
  readonly allowHalfOpen?: boolean | undefined
  /** Where time comes from. Default: the system. Tests hand in `VirtualClock` of `hawser/testing`. */
  readonly clock?: Clock | undefined
}

/** The names of the options in {@link ConnectionOptions}. */
export const connectionNames: NamesOf<ConnectionOptions> = {
  ...timeoutNames,
  inbox: true,
  outbox: true,
  highWaterMark: true,
  rateLimit: rateLimitNames,
  allowHalfOpen: true,
  clock: true,
}

/** The inbox of a connection by default: 2 MiB, where no larger frame has to fit. */
export const defaultInbox: number = 2 * 1024 * 1024
/** The outbox of a connection by default: 8 MiB, where no larger frame has to fit. */
export const defaultOutbox: number = 8 * 1024 * 1024
/** The outbox's high-water mark by default: 64 KiB. */
export const defaultHighWaterMark: number = 64 * 1024

/** Fill in every default and refuse what cannot work. */
export function resolveSettings<In, Out>(
  options: ConnectionOptions & { readonly heartbeat?: HeartbeatOptions<In, Out> | undefined },
  framing: Framing<In, Out>,
  handler: HandlerObject<In, Out> | undefined,
  budget: Budget,
  brakes: Brakes,
): Settings<In, Out> {
  assertFraming(framing)
  const { heartbeat } = options
  if (heartbeat !== undefined) assertHeartbeat(heartbeat)
  const inboxLimit = atLeast('inbox', options.inbox ?? inboxFor(framing), 1)
  if (framing.maxFrame > inboxLimit) {
    throw invalid(
      'maxFrame',
      `is ${framing.maxFrame} bytes and the inbox holds ${inboxLimit}: such a frame would ` +
        'never be complete; raise the option inbox or lower this one',
    )
  }
  const outboxLimit = atLeast('outbox', options.outbox ?? outboxFor(framing), 1)
  const highWaterMark = atLeast('highWaterMark', options.highWaterMark ?? defaultHighWaterMark, 1)
  return {
    framing: heartbeat === undefined ? framing : withoutPongs(framing, heartbeat),
    encoder: framing.perConnection === true ? undefined : encoderOf(framing),
    handler,
    heartbeat,
    inboxLimit,
    outboxLimit,
    // A mark above the limit would never be looked at, and the limit with it.
    highWaterMark: Math.min(highWaterMark, outboxLimit),
    rateLimit: rateLimitFor(options.rateLimit, framing),
    brakes,
    allowHalfOpen: options.allowHalfOpen ?? false,
    ...defaultTimeouts,
    ...resolveTimeouts(options),
    clock: steadyClock(options.clock),
    budget,
    effects: new Effects(),
  }
}

/** @throws OptionError when it cannot work: chunks of a byte stream are no messages to count. */
function rateLimitFor(
  limit: RateLimit | undefined,
  { name, streaming }: { readonly name: string; readonly streaming?: boolean },
): RateLimits | undefined {
  const limits = limit && resolveRateLimit(limit)
  if (streaming === true && limits?.messages !== undefined) {
    throw invalid('rateLimit.messages', `counts messages, and ${name} has none: limit its bytes`)
  }
  return limits
}

/** A frame is held whole. One without a limit needs an inbox that was chosen. */
function inboxFor({ maxFrame }: { readonly maxFrame: number }): number {
  return maxFrame > defaultInbox && maxFrame !== Infinity ? maxFrame : defaultInbox
}

/** The largest frame fits behind another one, each with what its framing adds. */
function outboxFor({ maxFrame }: { readonly maxFrame: number }): number {
  return maxFrame === Infinity ? defaultOutbox : Math.max(defaultOutbox, 2 * maxFrame + 1024 * 1024)
}

function assertFraming(framing: { readonly createDecoder?: unknown }): void {
  if (typeof framing.createDecoder === 'function') return
  const hint = typeof framing === 'function' ? ': call it, as in lines()' : ''
  throw invalid(
    'framing',
    `is ${kindOf(framing)} and takes what lines(), raw() or framing() returns${hint}`,
  )
}
