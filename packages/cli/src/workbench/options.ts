/** The options of `hawser workbench`. */
export interface WorkbenchCommandOptions {
  /** The folder of a project, or a session log to look at, as an absolute path. */
  readonly path: string | undefined
  /** Where the page is served. */
  readonly page: string
  /** Whether the page may have programs run, and processes watched. */
  readonly mayRun: boolean
  /** Whether that may be where other machines reach it. */
  readonly isOpen: boolean
  /** Whether the link is opened in the browser of the user. */
  readonly opensBrowser: boolean
  /** The session log that is written; undefined is one that is deleted at the end. */
  readonly log: string | undefined
  /** Bytes that the log may take on the disk; `Infinity` for no limit. */
  readonly logLimit: number | undefined
  /** What is masked in the log, and on the page with it. */
  readonly mask: readonly string[] | undefined
}
