import { surroundings } from '../surroundings.js'
import { steadyRandom } from '../callbacks.js'
import { report, warn } from '../report.js'
import { resolveSettings } from '../connection/options/connection-options.js'
import type { Framing } from '../framing/framing.js'
import { raw } from '../framing/formats/raw.js'
import { atLeast, milliseconds } from '../options/numbers.js'
import { Budget } from '../policy/budget.js'
import type { Clock } from '../policy/clock.js'
import type { HeartbeatOptions } from '../policy/heartbeat.js'
import { createTlsSessions } from '../socket/tls/tls-sessions.js'
import type { ConnectOptions } from './dial/connect.js'
import { createDialler } from './dial/create-dialler.js'
import type { Destination, Dials } from './dial/destination.js'
import { defaultConnectTimeout } from './dial/dialler.js'
import type { ExchangeOptions } from './exchange-options.js'
import { assertCorrelation } from './correlators/create-correlator.js'

const defaultMaxQueuedBytes = 8 * 1024 * 1024
const defaultMaxReplyBytes = 8 * 1024 * 1024

/** What a client and a pool have in common: how connections are made, and what their requests may do. */
export interface ExchangeSettings {
  /** The client or the pool itself, for observers of its connections. */
  readonly client: object
  readonly dialler: Dials
  readonly clock: Clock
  readonly random: () => number
  /** Milliseconds to connect, and again for `onConnect`. */
  readonly connectTimeout: number
  readonly maxPending: number
  readonly maxQueuedBytes: number
  readonly requestTimeout: number
  readonly maxReplyBytes: number
}

type Options<In, Out> = ExchangeOptions<In, Out> &
  Omit<ConnectOptions<In, Out>, 'handler' | 'heartbeat' | 'signal' | 'onError'> & {
    readonly heartbeat?: HeartbeatOptions<In, Out> | undefined
  }

/**
 * Fill in the defaults that a client and a pool share, and refuse what cannot work.
 *
 * @throws OptionError
 */
export function resolveExchange<In, Out>(
  destination: Destination,
  options: Options<In, Out>,
  client: object,
): ExchangeSettings {
  const framing = options.framing ?? (raw() as unknown as Framing<In, Out>)
  const { clock } = resolveSettings(options, framing, undefined, new Budget(Infinity), 'none')
  const { correlate, connectTimeout = defaultConnectTimeout } = options
  if (correlate !== undefined) assertCorrelation(correlate)
  const { onError } = options
  const random = steadyRandom(options.random ?? surroundings()?.random ?? Math.random, (error) =>
    onError === undefined ? warn(error) : report(() => onError(error)),
  )
  return {
    client,
    dialler: createDialler(destination, { ...options, random }, clock, createTlsSessions()),
    clock,
    random,
    connectTimeout: milliseconds('connectTimeout', connectTimeout),
    maxPending: atLeast('maxPending', options.maxPending ?? 1_000, 1, 'requests'),
    maxQueuedBytes: atLeast('maxQueuedBytes', options.maxQueuedBytes ?? defaultMaxQueuedBytes, 0),
    maxReplyBytes: atLeast('maxReplyBytes', options.maxReplyBytes ?? defaultMaxReplyBytes, 1),
    requestTimeout: milliseconds('requestTimeout', options.requestTimeout ?? 30_000),
  }
}
