import { resolveSettings } from '../connection/connection-options.js'
import { checkOptions } from '../options/check-options.js'
import { invalid } from '../options/invalid.js'
import { atLeast, milliseconds } from '../options/numbers.js'
import type { Framing } from '../framing/framing.js'
import { raw } from '../framing/formats/raw.js'
import { checkBackoff } from '../policy/backoff.js'
import { Budget } from '../policy/budget.js'
import type { Endpoint } from '../socket/endpoint.js'
import { createTlsSessions } from '../socket/tls/tls-sessions.js'
import { clientNames, type ClientOptions } from './client-options.js'
import { assertCorrelation } from './create-correlator.js'
import { defaultConnectTimeout, Dialler } from './dialler.js'
import type { LinkSetup } from './link.js'

/** A client's options with every default filled in. */
export interface ResolvedClient<In, Out> extends LinkSetup<In, Out> {
  readonly queueTimeout: number
  readonly whileDown: 'queue' | 'refuse'
  readonly onMessage: ClientOptions<In, Out>['onMessage']
}

/** Messages that may wait by default. */
const defaultMaxQueued = 10_000
/** Requests on the way by default. */
const defaultPending = 1_000
/** Milliseconds for a reply, and for a place on a connection, by default. */
const defaultWait = 30_000

/**
 * Fill in every default and refuse what cannot work, before anything begins.
 *
 * @throws OptionError
 */
export function resolveClient<In, Out>(
  endpoint: Endpoint | null | readonly Endpoint[],
  options: ClientOptions<In, Out>,
): ResolvedClient<In, Out> {
  checkOptions(options, clientNames)
  const framing = options.framing ?? (raw() as unknown as Framing<In, Out>)
  const { clock } = resolveSettings(options, framing, undefined, new Budget(Infinity), 'none')
  const { whileDown = 'queue', correlate } = options
  if (whileDown !== 'queue' && whileDown !== 'refuse') {
    throw invalid('whileDown', `is ${JSON.stringify(whileDown)}: it takes 'queue' or 'refuse'`)
  }
  if (correlate !== undefined) assertCorrelation(correlate)
  return {
    dialler: new Dialler(endpoint, options, clock, createTlsSessions()),
    options,
    clock,
    connectTimeout: milliseconds('connectTimeout', options.connectTimeout ?? defaultConnectTimeout),
    maxPending: atLeast('maxPending', options.maxPending ?? defaultPending, 1, 'requests'),
    requestTimeout: milliseconds('requestTimeout', options.requestTimeout ?? defaultWait),
    backoff: checkBackoff(options.backoff),
    maxReconnects: atLeast('maxReconnects', options.maxReconnects ?? Infinity, 0, 'reconnects'),
    maxQueued: atLeast('maxQueued', options.maxQueued ?? defaultMaxQueued, 0, 'messages'),
    queueTimeout: milliseconds('queueTimeout', options.queueTimeout ?? defaultWait),
    whileDown,
    onMessage: options.onMessage,
  }
}
