/**
 * Whoever takes the messages of a connection: the handler object, or an iteration. The engine knows
 * nothing more of it than this.
 */
export interface Consumer {
  /** Take whatever can be taken now. */
  pump(): void
  /** Bytes arrived; true when the consumer took them straight, false when they are to be kept. */
  feed(bytes: Uint8Array, borrowed: boolean, headroom: number): boolean
  /** Whether nothing that was delivered is still being worked on. */
  readonly atRest: boolean
  /** Whether it wants messages and there are none. */
  readonly starving: boolean
  /** The connection is gone: with an error, or in order when there is none. */
  closed(error: Error | undefined): void
}
