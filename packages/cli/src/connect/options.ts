import type { Typed } from '../arguments/bytes/typed.js'
import type { FramingChoice } from '../arguments/framing/choice.js'
import type { ConnectTls } from '../arguments/flags/tls-choice.js'

/** The options of `hawser connect`. Times are milliseconds. */
export interface ConnectOptions {
  readonly endpoint: string
  readonly framing: FramingChoice
  /** Bytes. */
  readonly maxFrame: number | undefined
  /** What to send instead of stdin. */
  readonly send: readonly Typed[] | undefined
  /** Whether `\xNN` and the like in what is typed are bytes. */
  readonly escapes: boolean
  readonly crlf: boolean
  readonly connectTimeout: number | undefined
  readonly idle: number | undefined
  /** How long the peer must have been silent, after the input ended, for our direction to end. */
  readonly wait: number
  /** Connect again whenever the connection is lost. */
  readonly reconnect: boolean
  /** A line to send from time to time, to see whether the peer is there. */
  readonly heartbeat: Typed | undefined
  readonly heartbeatEvery: number | undefined
  readonly json: boolean
  readonly hex: boolean
  /** The session log that all of it is written to as well. */
  readonly log: string | undefined
  /** Regular expressions of what must not be in it. */
  readonly mask: readonly string[] | undefined
  readonly quiet: boolean
  readonly tls: ConnectTls | undefined
  /** The only one to use. */
  readonly family: 4 | 6 | undefined
  /** The local IP address. */
  readonly source: string | undefined
  /** URLs of the proxies to go through, the nearest first. */
  readonly proxy: readonly string[] | undefined
  /** The version of the PROXY protocol header to begin with. */
  readonly sendProxy: 1 | 2 | undefined
}
