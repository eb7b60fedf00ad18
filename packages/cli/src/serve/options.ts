import type { Typed } from '../arguments/bytes/typed.js'
import type { FramingChoice } from '../arguments/framing/choice.js'
import type { ServeNats } from '../arguments/flags/nats-flags.js'
import type { ServeProxy } from '../arguments/flags/proxy-flags.js'
import type { Rate } from '../arguments/rate.js'
import type { ServeTls } from '../arguments/flags/tls-choice.js'

/** What the server does with a message, besides showing it. */
export type Mode = 'print' | 'echo' | 'chat'

/** The options of `hawser serve`. Times are milliseconds. */
export interface ServeOptions {
  readonly endpoints: readonly string[]
  readonly framing: FramingChoice
  /** Bytes. */
  readonly maxFrame: number | undefined
  readonly mode: Mode
  readonly greeting: readonly Typed[] | undefined
  /** Whether `\xNN` and the like in what is typed are bytes. */
  readonly escapes: boolean
  readonly httpHello: boolean
  readonly maxConnections: number | undefined
  /** What becomes of those beyond it. */
  readonly atLimit: 'refuse' | 'pause' | undefined
  readonly maxPerAddress: number | undefined
  /** Addresses, blocks, ranges, and files that hold such. */
  readonly allow: readonly string[] | undefined
  readonly deny: readonly string[] | undefined
  readonly connectRate: Rate | undefined
  readonly firstByteTimeout: number | undefined
  readonly frameTimeout: number | undefined
  readonly writeTimeout: number | undefined
  /** Bytes a second. */
  readonly minimumRate: number | undefined
  readonly idle: number | undefined
  readonly drain: number | undefined
  readonly crlf: boolean
  readonly json: boolean
  readonly hex: boolean
  /** The session log that all of it is written to as well. */
  readonly log: string | undefined
  /** Regular expressions of what is neither shown nor logged. */
  readonly mask: readonly string[] | undefined
  readonly quiet: boolean
  /** Where the page of a workbench is served that shows the server, if anywhere. */
  readonly page: string | undefined
  /** Whether that may be where other machines reach it. */
  readonly pageOpen: boolean
  /** Bytes that the log of the page may take on the disk; `Infinity` for no limit. */
  readonly logLimit: number | undefined
  /** How many processes serve; undefined is this one alone. */
  readonly workers: number | 'auto' | undefined
  /** Where metrics and health are served, if anywhere. */
  readonly metrics: string | undefined
  readonly tls: ServeTls | undefined
  readonly proxyProtocol: ServeProxy | undefined
  readonly nats: ServeNats | undefined
}
