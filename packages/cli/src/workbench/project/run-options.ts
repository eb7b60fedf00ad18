/** The options of `hawser run`. */
export interface RunCommandOptions {
  /** The folder of the project, as an absolute path. */
  readonly folder: string
  /** Milliseconds that it runs; undefined is until all that it expects is known. */
  readonly for: number | undefined
  /** Whether the code of the folder runs, whatever it is. */
  readonly trusts: boolean
  /** Whether it prints objects instead of lines. */
  readonly json: boolean
  /** The session log that is written; undefined is one that is deleted at the end. */
  readonly log: string | undefined
  /** What is masked in the log. */
  readonly mask: readonly string[] | undefined
}
