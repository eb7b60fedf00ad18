/** Code that may run. */
export interface ScriptCode {
  /** The file that is run. */
  readonly url: string
  /** What was looked at. Default: nothing was, and all is loaded as it is. */
  readonly looked?: LookedAt | undefined
}

/** A folder whose files were looked at: they are loaded as they were then, or not at all. */
export interface LookedAt {
  /** Its URL, with a slash at its end. */
  readonly folder: string
  /** The SHA-256 of each of its files, by their URLs. */
  readonly hashes: Readonly<Record<string, string>>
}
