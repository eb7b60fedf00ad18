import { checkOptions } from '../../options/check-options.js'
import { invalid } from '../../options/invalid.js'
import { atLeast, milliseconds } from '../../options/numbers.js'
import { type BackoffOptions, checkBackoff } from '../../policy/backoff.js'
import type { Destination } from '../dial/destination.js'
import { type ExchangeSettings, resolveExchange } from '../exchange-settings.js'
import { clientNames, type ClientOptions } from './client-options.js'

/** A client's options with every default filled in. */
export interface ClientSettings<In, Out> extends ExchangeSettings {
  readonly options: ClientOptions<In, Out>
  readonly maxQueued: number
  readonly backoff: BackoffOptions
  readonly maxReconnects: number
  readonly queueTimeout: number
  readonly whileDown: 'queue' | 'refuse'
}

/**
 * Fill in every default and refuse what cannot work, before anything begins.
 *
 * @throws OptionError
 */
export function resolveClient<In, Out>(
  destination: Destination,
  options: ClientOptions<In, Out>,
  client: object,
): ClientSettings<In, Out> {
  checkOptions(options, clientNames)
  const { whileDown = 'queue' } = options
  if (whileDown !== 'queue' && whileDown !== 'refuse') {
    throw invalid('whileDown', `is ${JSON.stringify(whileDown)}: it takes 'queue' or 'refuse'`)
  }
  return {
    ...resolveExchange(destination, options, client),
    options,
    backoff: checkBackoff(options.backoff),
    maxReconnects: atLeast('maxReconnects', options.maxReconnects ?? Infinity, 0, 'reconnects'),
    maxQueued: atLeast('maxQueued', options.maxQueued ?? 10_000, 0, 'messages'),
    queueTimeout: milliseconds('queueTimeout', options.queueTimeout ?? 30_000),
    whileDown,
  }
}
