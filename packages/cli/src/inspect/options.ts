import type { Only } from './watch/only.js'

/** What is watched: a program that is started, with its words, or a process that runs already. */
export type InspectTarget =
  | { readonly kind: 'command'; readonly command: readonly [string, ...string[]] }
  | {
      readonly kind: 'process'
      readonly pid: number
      /** Whether it is not asked first. */
      readonly isSure: boolean
    }

/** The options of `hawser inspect`. */
export interface InspectOptions {
  readonly target: InspectTarget
  /** Whether the frames of HTTP/2 are shown. */
  readonly http2: boolean
  /** Which connections are shown and logged: any of these; undefined is all. */
  readonly only: readonly Only[] | undefined
  /** What a message has to have in it to be shown. */
  readonly grep: RegExp | undefined
  readonly json: boolean
  readonly hex: boolean
  /** Regular expressions of what is neither shown nor logged. */
  readonly mask: readonly string[] | undefined
  /** The session log that all of it is written to as well. */
  readonly log: string | undefined
  /** The file that it is shown in; undefined is stderr. */
  readonly output: string | undefined
  readonly quiet: boolean
}
