import { checkOptions } from '../../options/check-options.js'
import { invalid } from '../../options/invalid.js'
import { atLeast, milliseconds } from '../../options/numbers.js'
import { type BackoffOptions, checkBackoff } from '../../policy/backoff.js'
import type { Destination } from '../dial/destination.js'
import { type ExchangeSettings, resolveExchange } from '../exchange-settings.js'
import { poolNames, type PoolOptions } from './pool-options.js'

/** A pool's options with every default filled in. */
export interface PoolSettings<In, Out> extends ExchangeSettings {
  readonly options: PoolOptions<In, Out>
  readonly backoff: BackoffOptions
  readonly max: number
  readonly min: number
  readonly acquireTimeout: number
  readonly maxWaiting: number
  readonly maxIdleTime: number
  readonly maxAge: number
  readonly validateTimeout: number
  readonly maxQueued: number
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
  destination: Destination,
  options: PoolOptions<In, Out>,
  pool: object,
): PoolSettings<In, Out> {
  checkOptions(options, poolNames)
  const exchange = resolveExchange(destination, options, pool)
  const max = atLeast('max', options.max ?? 10, 1, 'connections')
  const min = atLeast('min', options.min ?? 0, 0, 'connections')
  if (min > max || min === Infinity) {
    throw invalid('min', `is ${min} and max ${max}: it takes a number of connections, 0 to max`)
  }
  return {
    ...exchange,
    options,
    backoff: { ...defaultBackoff, ...checkBackoff(options.backoff) },
    max,
    min,
    acquireTimeout: milliseconds('acquireTimeout', options.acquireTimeout ?? 5_000),
    maxWaiting: atLeast('maxWaiting', options.maxWaiting ?? 1_000, 0, 'callers'),
    maxIdleTime: milliseconds('maxIdleTime', options.maxIdleTime ?? 30_000),
    maxAge: milliseconds('maxAge', options.maxAge ?? defaultMaxAge),
    validateTimeout: milliseconds('validateTimeout', options.validateTimeout ?? 1_000),
    maxQueued: atLeast('maxQueued', options.maxQueued ?? 1_000, 0, 'requests'),
  }
}
