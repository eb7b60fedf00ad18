import type { FramingChoice } from '../arguments/framing/choice.js'
import type { ServeProxy } from '../arguments/flags/proxy-flags.js'
import type { Rate } from '../arguments/rate.js'
import type { ConnectTls, ServeTls } from '../arguments/flags/tls-choice.js'

/** The options of `hawser proxy`. Times are milliseconds. */
export interface ProxyOptions {
  /** Undefined where all proxies are made through the API. */
  readonly listen: string | undefined
  readonly target: string | undefined
  readonly framing: FramingChoice
  /** Bytes. */
  readonly maxFrame: number | undefined
  /** TLS with the clients. */
  readonly tlsIn: ServeTls | undefined
  /** TLS with the target. */
  readonly tlsOut: ConnectTls | undefined
  /** Both begin only when a rule says so. */
  readonly starttls: boolean
  readonly proxyProtocol: ServeProxy | undefined
  /** The version of the PROXY protocol header that the target gets. */
  readonly sendProxy: 1 | 2 | undefined
  readonly maxConnections: number | undefined
  readonly atLimit: 'refuse' | 'pause' | undefined
  readonly maxPerAddress: number | undefined
  readonly allow: readonly string[] | undefined
  readonly deny: readonly string[] | undefined
  readonly connectRate: Rate | undefined
  readonly connectTimeout: number | undefined
  readonly writeTimeout: number
  readonly idle: number | undefined
  readonly drain: number | undefined
  /** As they were written. */
  readonly faults: readonly string[]
  /** From 0 to 2³²−1; undefined takes one by chance. */
  readonly seed: number | undefined
  /** The file of the rules, if there are any. */
  readonly rules: string | undefined
  /** Regular expressions of what is neither shown, nor logged, nor served. */
  readonly mask: readonly string[] | undefined
  /** The file of the session log, if one is written. */
  readonly log: string | undefined
  /** The port on the loopback on which what passes is served as pcapng, if on any. */
  readonly pcapLive: number | undefined
  /** Where the API is served, if anywhere. */
  readonly api: string | undefined
  /** Proxies made through the API may listen on more than the loopback. */
  readonly apiOpen: boolean
  /** Names that the API may be asked by, besides localhost and IP addresses. */
  readonly apiHosts: readonly string[]
  readonly json: boolean
  readonly hex: boolean
  readonly quiet: boolean
}
