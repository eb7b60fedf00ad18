import { dialStream, type StreamMaker } from '../../attached/dial-stream.js'
import { invalid } from '../../options/invalid.js'
import { milliseconds } from '../../options/numbers.js'
import type { Clock } from '../../policy/clock.js'
import type { TlsSessions } from '../../tls.js'
import type { Destination, Dials } from './destination.js'
import { dialNames, type DialOptions } from './dial-options.js'
import { defaultConnectTimeout, Dialler } from './dialler.js'

/** Those of the options that mean something where the stream is made elsewhere. */
const meantForAll: ReadonlySet<string> = new Set(['connectTimeout', 'signal', 'random'])

/**
 * What makes connections to `destination`.
 *
 * @param sessions where TLS sessions are remembered, unless the options say
 * @throws OptionError when an endpoint or an option cannot work
 */
export function createDialler(
  destination: Destination,
  options: DialOptions,
  clock: Clock,
  sessions?: TlsSessions,
): Dials {
  return typeof destination === 'function'
    ? streamDialler(destination, options, clock)
    : new Dialler(destination, options, clock, sessions)
}

function streamDialler(make: StreamMaker, options: DialOptions, clock: Clock): Dials {
  for (const name of Object.keys(dialNames) as (keyof DialOptions)[]) {
    if (options[name] === undefined || meantForAll.has(name)) continue
    throw invalid(
      name,
      'means nothing where a function makes the stream: leave it out, and see to it in that function',
    )
  }
  const connectTimeout = milliseconds(
    'connectTimeout',
    options.connectTimeout ?? defaultConnectTimeout,
  )
  return {
    dial: async (signal = options.signal) => ({
      transport: await dialStream(make, { connectTimeout, signal, clock }),
      endpoint: undefined,
    }),
  }
}
