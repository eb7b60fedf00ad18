import { surroundings } from '../surroundings.js'
import { assertHandler } from '../connection/in/assert-handler.js'
import { resolveSettings } from '../connection/options/connection-options.js'
import { checkOptions } from '../options/check-options.js'
import { invalid, show } from '../options/invalid.js'
import { atLeast } from '../options/numbers.js'
import type { Settings } from '../connection/connection-settings.js'
import { encodeFrame, encoderOf } from '../connection/out/encode-frame.js'
import type { Framing } from '../framing/framing.js'
import { raw } from '../framing/formats/raw.js'
import type { Access } from '../policy/address/access.js'
import { Budget } from '../policy/budget.js'
import type { Clock } from '../policy/clock.js'
import type { ConnectRate } from '../policy/address/connect-rate.js'
import { networkBits } from '../policy/address/ip-address.js'
import { readAddresses } from '../socket/listen/access-files.js'
import type { ListenerOptions } from '../socket/listen/listener.js'
import { assertPlain } from '../socket/network/plain-place.js'
import { resolveSocket } from '../socket/socket-options.js'
import type { TlsServerOptions } from '../tls.js'
import type { AdmissionRules } from './accept/admission.js'
import type { GroupSettings } from './groups/groups.js'
import { ProxyTrust } from './accept/proxy-trust.js'
import {
  type AccessLists,
  type FunctionHandler,
  type Handler,
  serverNames,
  type ServerOptions,
} from './server-options.js'

/** The most connections by default: 10 000. */
export const defaultMaxConnections = 10_000
/** How many connections may wait to be taken by default: 128. */
export const defaultMaxWaiting = 128
/** The default of `memory`, which the buffers of all connections share: 256 MiB. */
export const defaultMemory: number = 256 * 1024 * 1024
/** The topics of one connection by default: 100. */
export const defaultMaxTopics = 100
/** What may wait for the backplane by default: 8 MiB. */
export const defaultBackplaneQueue: number = 8 * 1024 * 1024
/** What listen(2) is passed by default: 511, as Node.js does. */
export const defaultBacklog = 511

/** A server's options with every default filled in. */
export interface ServerSettings<In, Out> {
  readonly settings: Settings<In, Out>
  readonly listener: ListenerOptions
  readonly tls: TlsServerOptions | undefined
  /** Undefined: no header is looked for. */
  readonly proxy: ProxyTrust | undefined
  readonly run: FunctionHandler<In, Out> | undefined
  /** Makes what `connection.data` is. */
  readonly data: ServerOptions<In, Out>['data']
  readonly maxConnections: number
  /** How many connections wait for room; 0 where they are refused. */
  readonly mostHeld: number
  readonly maxWaiting: number
  readonly admission: AdmissionRules
  readonly groups: GroupSettings<Out>
  /** The bytes for a peer who is refused. */
  readonly goodbye: (() => Uint8Array) | undefined
  readonly onError: ServerOptions<In, Out>['onError']
}

/** Fill in every default and refuse what cannot work. */
export function resolveServer<In, Out>(
  options: ServerOptions<In, Out>,
  handler: Handler<In, Out> | undefined,
): ServerSettings<In, Out> {
  checkOptions(options, serverNames)
  const framing = options.framing ?? (raw() as unknown as Framing<In, Out>)
  const run = typeof handler === 'function' ? handler : undefined
  const object = typeof handler === 'object' ? handler : undefined
  if (handler !== undefined && run === undefined) assertHandler(handler, 'a function, or ')
  const backlog = options.backlog ?? defaultBacklog
  if (!Number.isInteger(backlog) || backlog < 1) {
    throw invalid(
      'backlog',
      `is ${String(backlog)}: it takes a whole number of connections, 1 or more`,
    )
  }
  const budget = new Budget(atLeast('memory', options.memory ?? defaultMemory, 1))
  const settings = resolveSettings(options, framing, object, budget, 'all')
  const { tls, proxyProtocol } = options
  const network = options.network ?? surroundings()?.network
  assertPlain(network, { tls, proxyProtocol })
  return {
    settings,
    listener: {
      backlog,
      ...resolveSocket(options),
      offersTls: tls !== undefined,
      network,
    },
    tls,
    proxy: proxyProtocol && new ProxyTrust(proxyProtocol),
    run,
    data: options.data,
    maxConnections: connectionCount(options.maxConnections ?? defaultMaxConnections),
    mostHeld: isHolding(options.atLimit ?? 'refuse') ? backlog : 0,
    maxWaiting: atLeast('maxWaiting', options.maxWaiting ?? defaultMaxWaiting, 0, 'connections'),
    admission: {
      access: resolveAccess(options),
      maxPerAddress: atLeast('maxPerAddress', options.maxPerAddress ?? Infinity, 1, 'connections'),
      ipv6Prefix: prefixOf(options.ipv6Prefix),
      connectRate: resolveRate(options.connectRate ?? Infinity),
    },
    groups: resolveGroups(options, settings.clock),
    goodbye: resolveGoodbye(options.goodbye, settings),
    onError: options.onError,
  }
}

function resolveGroups<In, Out>(
  { backplane, backplaneCodec, ...options }: ServerOptions<In, Out>,
  clock: Clock,
): GroupSettings<Out> {
  const queueLimit = atLeast('backplaneQueue', options.backplaneQueue ?? defaultBackplaneQueue, 1)
  return {
    maxTopics: atLeast('maxTopics', options.maxTopics ?? defaultMaxTopics, 0, 'topics'),
    clock,
    uplink: backplane && { backplane, codec: backplaneCodec, queueLimit },
  }
}

/** @throws OptionError unless it is a number of connections, 0 or more. */
export function connectionCount(value: number): number {
  return atLeast('maxConnections', value, 0, 'connections')
}

/** @throws OptionError unless it is one of the two words. */
function isHolding(atLimit: string): boolean {
  if (atLimit === 'pause' || atLimit === 'refuse') return atLimit === 'pause'
  throw invalid('atLimit', `is ${JSON.stringify(atLimit)}: it takes 'refuse' or 'pause'`)
}

/** @throws OptionError when an entry of a list, or of a file it names, cannot be read. */
export function resolveAccess({ allow, deny }: AccessLists): Access {
  return {
    allow: allow === undefined ? undefined : readAddresses('allow', allow),
    deny: deny === undefined ? undefined : readAddresses('deny', deny),
  }
}

/** @throws OptionError unless it is a rate above 0 with a burst of at least 1. */
function resolveRate(rate: number | ConnectRate): Required<ConnectRate> | undefined {
  const { perSecond, burst: asked } = typeof rate === 'object' ? rate : { perSecond: rate }
  if (!(typeof perSecond === 'number' && perSecond > 0)) {
    throw invalid(
      'connectRate',
      `is ${String(perSecond)} a second: it takes a number above 0, such as 10, or 0.1 for six a minute (Infinity is off)`,
    )
  }
  const burst = atLeast('connectRate.burst', asked ?? Math.max(1, perSecond), 1, 'connections')
  return perSecond === Infinity || burst === Infinity ? undefined : { perSecond, burst }
}

/** @throws OptionError when the framing cannot carry it: the first refusal would be too late to say so. */
function resolveGoodbye<In, Out>(
  goodbye: Out | undefined,
  { encoder, framing }: Settings<In, Out>,
): (() => Uint8Array) | undefined {
  if (goodbye === undefined) return undefined
  const encode = (): Uint8Array => encodeFrame(encoder ?? encoderOf(framing), goodbye)
  try {
    const frame = encode()
    return framing.perConnection === true ? encode : () => frame
  } catch (cause) {
    throw invalid('goodbye', `cannot be carried by the framing: ${String(cause)}`, cause)
  }
}

function prefixOf(bits: number = networkBits): number {
  if (Number.isInteger(bits) && bits >= 1 && bits <= 128) return bits
  throw invalid('ipv6Prefix', `is ${show(bits)}: it takes bits of an address, 1 to 128`)
}
