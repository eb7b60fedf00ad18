import type { FramingChoice } from '../arguments/framing.js'

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
  readonly idle: number | undefined
  readonly drain: number
  readonly crlf: boolean
  readonly json: boolean
  readonly hex: boolean
  readonly quiet: boolean
}
  /** Where metrics and health are served, if anywhere. */
  readonly metrics: string | undefined
