import type { FramingChoice } from '../arguments/framing/choice.js'

/** The options of `hawser log`. */
export interface LogCommandOptions {
  /** A file, or a folder with a log in it. */
  readonly place: string
  readonly follow: boolean
  readonly connection: number | undefined
  /** How many of the last rows; undefined is all. */
  readonly last: number | undefined
  /** What to look for: bytes, or an expression. */
  readonly find: Uint8Array | RegExp | undefined
  /** Regular expressions of what is not to be shown. */
  readonly mask: readonly string[] | undefined
  readonly framing: FramingChoice | undefined
  /** Bytes. */
  readonly maxFrame: number | undefined
  /** The file to write for Wireshark; `-` is stdout. */
  readonly pcapng: string | undefined
  readonly json: boolean
  /** Nothing but what was said. */
  readonly text: boolean
  readonly hex: boolean
}
