import type { FramingChoice } from '../arguments/framing.js'

/** The options of `hawser connect`. Times are milliseconds. */
export interface ConnectOptions {
  readonly endpoint: string
  readonly framing: FramingChoice
  /** Lines to send instead of stdin. */
  readonly send: readonly string[] | undefined
  readonly crlf: boolean
  readonly timeout: number | undefined
  readonly idle: number | undefined
  readonly json: boolean
  readonly hex: boolean
  readonly quiet: boolean
}
