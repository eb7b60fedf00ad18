import type { FramingChoice } from '../arguments/framing/choice.js'
import type { ConnectTls, ServeTls } from '../arguments/flags/tls-choice.js'
import type { Expect } from './judge/create-judge.js'
import type { Mask } from './judge/mask.js'

/** The options of `hawser replay`. Times are milliseconds. */
export interface ReplayOptions {
  /** The session log. */
  readonly file: string
  /** Play the clients to this server, or the server to clients that come here. */
  readonly how:
    | { readonly as: 'client'; readonly target: string; readonly tls: ConnectTls | undefined }
    | { readonly as: 'server'; readonly listen: string; readonly tls: ServeTls | undefined }
  /** The only connection of the log that is played. */
  readonly connection: number | undefined
  /** Pauses are divided by it; Infinity makes none. */
  readonly speed: number
  /** How often the log is played. */
  readonly repeat: number
  readonly expect: Expect
  readonly masks: readonly Mask[]
  /** Frames are compared, or counted, where there is one. */
  readonly framing: FramingChoice | undefined
  /** Bytes. */
  readonly maxFrame: number | undefined
  /** How long the other side may be silent where it is to speak. */
  readonly wait: number
  readonly connectTimeout: number | undefined
  /** Connections at a time. */
  readonly maxConnections: number
  readonly quiet: boolean
}
