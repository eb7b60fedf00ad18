/** The options of `hawser cert`. */
export interface CertOptions {
  /** DNS names and IP addresses besides those of this machine. */
  readonly names: readonly string[]
  readonly days: number | undefined
  readonly folder: string | undefined
  readonly force: boolean
  readonly json: boolean
  /** Print the certificate's file name, and nothing else. */
  readonly print: boolean
}
