import { ignore } from '../../promises.js'
import type { ConnectAttempt } from '../../errors.js'
import type { Network, NetworkDialOptions, NetworkPlace } from '../../network.js'
import type { KeepAlive } from '../keep-alive.js'
import type { Clock } from '../../policy/clock.js'
import type { Transport } from '../../transport.js'
import { type DialEndpoint, dialable } from '../dial-endpoint.js'
import { abortedError, connectError, connectTimeout } from '../connect-errors.js'
import { clientTls, type Reaching, secure, type TlsPlan } from '../dial/begin-tls.js'
import { Deadline } from '../deadline.js'
import type { ParsedEndpoint } from '../endpoint.js'
import { codeOf } from '../socket-errors.js'
import { placeOf } from './plain-place.js'

/** How to dial over a network. */
export interface NetworkDialPlan extends TlsPlan {
  /** Milliseconds; `Infinity` is off. */
  readonly connectTimeout: number
  readonly signal: AbortSignal | undefined
  readonly localAddress: string | undefined
  readonly localPort: number | undefined
  readonly keepAlive: KeepAlive
  readonly clock: Clock
}

/**
 * Establish one connection over a network that is not the operating system's.
 *
 * @throws OptionError, ConnectError, TlsError, or AbortedError when the signal fired
 */
export async function dialNetwork(
  network: Network,
  asked: ParsedEndpoint,
  plan: NetworkDialPlan,
): Promise<Transport> {
  const endpoint = dialable(asked)
  const place = placeOf(endpoint, network)
  const tls = clientTls(endpoint, plan)
  const way = { endpoint, proxy: undefined, host: hostOf(endpoint) }
  const { connectTimeout: timeout, localAddress, localPort } = plan
  const progress: Reaching = {}
  const deadline = new Deadline({
    ...plan,
    timeout,
    timedOut: () => {
      const attempts = [attemptAt(endpoint, undefined)]
      return connectTimeout(way, timeout, attempts, progress.reached)
    },
    aborted: (reason) => abortedError('connect', endpoint, reason),
  })
  try {
    deadline.check()
    const giveUp = new AbortController()
    const keepAlive = plan.keepAlive.idle
    const asking = { localAddress, localPort, keepAlive, signal: giveUp.signal }
    const dialling = dialPlace(network, place, asking).catch((error: unknown) => {
      throw connectError(error as Error, way, [attemptAt(endpoint, error as Error)])
    })
    const transport = await deadline.step(dialling, () => {
      giveUp.abort()
      // It may have been made in the same moment.
      dialling.then((late) => late.reset()).then(undefined, ignore)
    })
    try {
      await secure(transport, tls, plan, deadline, progress)
    } catch (error) {
      transport.close()
      throw error
    }
    return transport
  } finally {
    deadline.end()
  }
}

/** A network may be a program's own, and throw where it should reject. */
async function dialPlace(
  network: Network,
  place: NetworkPlace,
  options: NetworkDialOptions,
): Promise<Transport> {
  return network.dial(place, options)
}

function hostOf(endpoint: DialEndpoint): string | undefined {
  return endpoint.kind === 'tcp' ? endpoint.host : undefined
}

/** What was tried, and what became of it; without an error there was no reply. */
function attemptAt(endpoint: DialEndpoint, error: Error | undefined): ConnectAttempt {
  const code = error === undefined ? 'ETIMEDOUT' : codeOf(error) || 'UNKNOWN'
  const message = error === undefined ? 'it did not reply in time' : error.message
  if (endpoint.kind === 'unix') return { address: endpoint.path, code, message }
  const { address = endpoint.host ?? 'localhost' } = (error ?? {}) as { address?: string }
  return { address, port: endpoint.port, code, message }
}
