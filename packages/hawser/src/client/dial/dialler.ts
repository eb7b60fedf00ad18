import { surroundings } from '../../surroundings.js'
import { invalid } from '../../options/invalid.js'
import { milliseconds } from '../../options/numbers.js'
import { AbortedError, type HawserError, OptionError } from '../../errors.js'
import type { Clock } from '../../policy/clock.js'
import { endpointOrders, EndpointTurns, type TurnCount } from '../../policy/endpoint-order.js'
import { noneConnected } from '../../socket/connect-errors.js'
import { assertDialable, dial, type DialPlan } from '../../socket/dial/dial.js'
import { type Endpoint, type ParsedEndpoint, parseEndpoint } from '../../socket/endpoint.js'
import { resolveSocket } from '../../socket/socket-options.js'
import { parseProxies } from '../../socket/proxy/proxy-url.js'
import type { TlsSessions } from '../../tls.js'
import { dialNetwork } from '../../socket/network/dial-network.js'
import { assertPlain, placeOf } from '../../socket/network/plain-place.js'
import type { Network } from '../../network.js'
import type { Transport } from '../../transport.js'
import type { Dialled, Dials } from './destination.js'
import type { DialOptions } from './dial-options.js'
import { resolveSendProxy } from './send-proxy.js'

/** Milliseconds a connection may take to be made by default. */
export const defaultConnectTimeout: number = 10_000
/** Milliseconds until the next address is tried by default (RFC 8305 section 8). */
const defaultAttemptDelay = 250
/** The least between two attempts (RFC 8305 section 5): none at all would be a flood. */
const leastAttemptDelay = 10

/** Makes connections to one endpoint or to several. */
export class Dialler implements Dials {
  readonly #options: DialPlan
  readonly #network: Network | undefined
  readonly #turns: EndpointTurns<ParsedEndpoint>

  /**
   * @param sessions where TLS sessions are remembered, unless the options say
   * @throws OptionError when an endpoint or an option cannot work
   */
  constructor(
    endpoint: Endpoint | null | readonly Endpoint[],
    settings: DialOptions,
    clock: Clock,
    sessions?: TlsSessions,
  ) {
    this.#options = { ...resolve(settings, clock), sessions }
    const endpoints = (isList(endpoint) ? endpoint : [endpoint]).map((each) => parseEndpoint(each))
    if (endpoints.length === 0) {
      const text = 'the list of endpoints is empty: it takes one or more'
      throw new OptionError('HAWSER_INVALID_ENDPOINT', text)
    }
    const { tls, proxy, proxyProtocol } = settings
    const network = settings.network ?? surroundings()?.network
    assertPlain(network, { tls, proxy, proxyProtocol })
    for (const each of endpoints) {
      assertDialable(each, this.#options)
      if (network !== undefined) placeOf(each, network)
    }
    this.#network = network
    const { order = 'first', random = surroundings()?.random ?? Math.random } = settings
    if (!endpointOrders.includes(order)) {
      throw invalid('order', `is ${JSON.stringify(order)}: it takes ${endpointOrders.join(', ')}`)
    }
    const count = order === 'round-robin' && isList(endpoint) ? countOf(endpoint) : undefined
    this.#turns = new EndpointTurns(endpoints, order, random, count)
  }

  /**
   * Make one connection. Of several endpoints each gets an equal share of the time that is left, so
   * that one which does not reply leaves some for the others.
   *
   * @param signal the one of the options, unless another is passed
   * @throws OptionError, ConnectError, TlsError, or AbortedError when the signal fired
   */
  async dial(signal: AbortSignal | undefined = this.#options.signal): Promise<Dialled> {
    const { clock, connectTimeout } = this.#options
    const endpoints = this.#turns.next()
    const began = clock.now()
    const errors: HawserError[] = []
    for (const [index, endpoint] of endpoints.entries()) {
      const left = Math.max(1, connectTimeout - (clock.now() - began))
      const share = Math.ceil(left / (endpoints.length - index))
      try {
        const options = { ...this.#options, connectTimeout: share, signal }
        return { transport: await this.#dialOne(endpoint, options), endpoint }
      } catch (error) {
        const isFinal = error instanceof OptionError || error instanceof AbortedError
        if (isFinal || endpoints.length === 1) throw error
        errors.push(error as HawserError)
      }
    }
    throw noneConnected(endpoints, errors)
  }

  #dialOne(endpoint: ParsedEndpoint, plan: DialPlan): Promise<Transport> {
    return this.#network === undefined
      ? dial(endpoint, plan)
      : dialNetwork(this.#network, endpoint, plan)
  }
}

function resolve(settings: DialOptions, clock: Clock): DialPlan {
  const attemptDelay = milliseconds('attemptDelay', settings.attemptDelay ?? defaultAttemptDelay)
  if (attemptDelay < leastAttemptDelay) {
    throw invalid(
      'attemptDelay',
      `is ${attemptDelay}: it takes milliseconds, ${leastAttemptDelay} or more (Infinity waits for failure)`,
    )
  }
  return {
    connectTimeout: milliseconds(
      'connectTimeout',
      settings.connectTimeout ?? defaultConnectTimeout,
    ),
    signal: settings.signal,
    attemptDelay,
    localAddress: settings.localAddress,
    localPort: portOf(settings.localPort),
    family: familyOf(settings.family),
    ...resolveSocket(settings),
    proxies: parseProxies(settings.proxy),
    tls: settings.tls,
    announce: settings.proxyProtocol && resolveSendProxy(settings.proxyProtocol),
    clock,
  }
}

/** Calls that pass the same list take turns. */
const counts = new WeakMap<readonly Endpoint[], TurnCount>()

function countOf(list: readonly Endpoint[]): TurnCount {
  const count = counts.get(list) ?? { turns: 0 }
  counts.set(list, count)
  return count
}

function isList(endpoint: Endpoint | null | readonly Endpoint[]): endpoint is readonly Endpoint[] {
  return Array.isArray(endpoint)
}

function portOf(port: number | undefined): number | undefined {
  if (port === undefined || (Number.isInteger(port) && port >= 0 && port <= 65_535)) return port
  throw invalid('localPort', `is ${String(port)}: it takes a whole number, 0–65535`)
}

function familyOf(family: number | undefined): 4 | 6 | undefined {
  if (family === undefined || family === 4 || family === 6) return family
  throw invalid('family', `is ${family}: it takes 4 or 6`)
}
