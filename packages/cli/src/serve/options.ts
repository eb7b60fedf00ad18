import type { FramingChoice } from '../arguments/framing.js'
import type { Rate } from '../arguments/rate.js'

/** What the server does with a message, besides showing it. */
export type Mode = 'print' | 'echo' | 'chat'

/** The options of `hawser serve`. Times are milliseconds. */
export interface ServeOptions {
  readonly endpoints: readonly string[]
  readonly framing: FramingChoice
  readonly mode: Mode
  readonly greeting: string | undefined
  readonly httpHello: boolean
  readonly maxConnections: number | undefined
  readonly perAddress: number | undefined
  /** Addresses, blocks, ranges, and files that hold such. */
  readonly allow: readonly string[] | undefined
  readonly deny: readonly string[] | undefined
  readonly connectRate: Rate | undefined
  readonly idle: number | undefined
  readonly drain: number
  readonly crlf: boolean
  readonly json: boolean
  readonly hex: boolean
  readonly quiet: boolean
  /** Where metrics and health are served, if anywhere. */
  readonly metrics: string | undefined
}
