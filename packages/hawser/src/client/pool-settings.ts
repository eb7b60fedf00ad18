import { resolveSettings } from '../connection/connection-options.js'
import { checkOptions } from '../options/check-options.js'
import { invalid } from '../options/invalid.js'
import { atLeast, milliseconds } from '../options/numbers.js'
import type { Framing } from '../framing/framing.js'
import { raw } from '../framing/formats/raw.js'
import { Budget } from '../policy/budget.js'
import { type BackoffOptions, checkBackoff } from '../policy/backoff.js'
import type { Clock } from '../policy/clock.js'
import type { Endpoint } from '../socket/endpoint.js'
import { createTlsSessions } from '../socket/tls/tls-sessions.js'
import { assertCorrelation } from './create-correlator.js'
import { defaultConnectTimeout, Dialler } from './dialler.js'
import { poolNames, type PoolOptions } from './pool-options.js'

/** A pool's options with every default filled in. */
export interface PoolSettings<In, Out> {
  readonly dialler: Dialler
  readonly options: PoolOptions<In, Out>
  readonly clock: Clock
  readonly random: () => number
  readonly backoff: BackoffOptions
  readonly max: number
  readonly min: number
  readonly acquireTimeout: number
  readonly maxWaiting: number
  readonly maxIdleTime: number
  readonly maxAge: number
  readonly connectTimeout: number
  readonly validateTimeout: number
  readonly maxPending: number
  readonly maxQueued: number
  readonly requestTimeout: number
}

/** Waits between tries by default: a caller that waits to acquire is to see one. */
const defaultBackoff = { max: 5_000 }
/** Milliseconds a connection may be used by default: half an hour. */
const defaultMaxAge = 1_800_000

/**
 * Fill in every default and refuse what cannot work, before anything begins.
 *
 * @throws OptionError
 */
export function resolvePool<In, Out>(
  endpoint: Endpoint | null | readonly Endpoint[],
  options: PoolOptions<In, Out>,
): PoolSettings<In, Out> {
  checkOptions(options, poolNames)
  const framing = options.framing ?? (raw() as unknown as Framing<In, Out>)
  const { clock } = resolveSettings(options, framing, undefined, new Budget(Infinity), 'none')
  const { correlate } = options
  if (correlate !== undefined) assertCorrelation(correlate)
  const max = atLeast('max', options.max ?? 10, 1, 'connections')
  const min = atLeast('min', options.min ?? 0, 0, 'connections')
  if (min > max || min === Infinity) {
    throw invalid('min', `is ${min} and max ${max}: it takes a number of connections, 0 to max`)
  }
  return {
    dialler: new Dialler(endpoint, options, clock, createTlsSessions()),
    options,
    clock,
    random: options.random ?? Math.random,
    backoff: { ...defaultBackoff, ...checkBackoff(options.backoff) },
    max,
    min,
    acquireTimeout: milliseconds('acquireTimeout', options.acquireTimeout ?? 5_000),
    maxWaiting: atLeast('maxWaiting', options.maxWaiting ?? 1_000, 0, 'callers'),
    maxIdleTime: milliseconds('maxIdleTime', options.maxIdleTime ?? 30_000),
    maxAge: milliseconds('maxAge', options.maxAge ?? defaultMaxAge),
    connectTimeout: milliseconds('connectTimeout', options.connectTimeout ?? defaultConnectTimeout),
    validateTimeout: milliseconds('validateTimeout', options.validateTimeout ?? 1_000),
    maxPending: atLeast('maxPending', options.maxPending ?? 1_000, 1, 'requests'),
    maxQueued: atLeast('maxQueued', options.maxQueued ?? 1_000, 0, 'requests'),
    requestTimeout: milliseconds('requestTimeout', options.requestTimeout ?? 30_000),
  }
}
