/** A connection that is played to. */
export interface TargetConnection {
  /** Its number in the log. */
  readonly number: number
  /** Settles when it is closed. Never rejects. */
  readonly closed: Promise<unknown>
}

/** Whom a run speaks to: connections of a session, all of them or some. */
export interface RunTarget {
  /** Whether what comes is bytes, and not messages: a text may come in several pieces then. */
  readonly isRaw: boolean
  /** Those that are open now. */
  connections(): readonly TargetConnection[]
  /** Whether one of them is open. */
  isOpen(): boolean
  /**
   * Send to those that are open now.
   *
   * @returns how many it was sent to; fulfils when each has room for more, rejects when none took it
   */
  send(bytes: Uint8Array, variables: boolean): Promise<number>
  /** Hear what each of them says, by its number; the bytes are valid until it returns. @returns ends it */
  hear(listener: (connection: number, message: Uint8Array) => void): () => void
}
