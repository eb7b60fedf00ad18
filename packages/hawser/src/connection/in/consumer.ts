/**
 * What takes the messages of a connection: the handler object, an iteration, a relay. The engine
 * knows nothing more of it than this.
 */
export interface Consumer {
  /** The holds (`in/holds.ts`) that keep messages from it. */
  readonly heeds: number
  /** Whether nothing that was delivered is still being worked on. */
  readonly atRest: boolean
  /** Whether the promise of a handler slows it down, so that a blocked outbox need not. */
  readonly isBusy: boolean
  /** Whether it wants messages and there are none. */
  readonly starving: boolean
  /** Whether the peer's end is ours as soon as all was worked on; a loop says so when it ends. */
  readonly endsWithPeer: boolean
  /** Whether it takes nothing any more: the loop was left. */
  readonly isOver?: boolean
  /** Bytes that came of a body it takes; undefined where it takes frames. */
  readonly taken?: number
  /** Let another one take messages once it has come to its end; false where there is one already. */
  followedBy?(next: Consumer): boolean
  /**
   * A message found the outbox above its high-water mark: whether nothing is to be delivered until there
   * is room.
   *
   * @param isAwaited a sender awaits room
   * @param isTold the sender of the message sees that there is no room: it called `trySend`
   */
  isSlowedBy(isAwaited: boolean, isTold: boolean): boolean
  /** A sender began to await room: whether that slows down what the consumer sends. */
  isSlowedByWait(): boolean
  /** Take whatever can be taken now. */
  pump(): void
  /** Bytes arrived; true when the consumer took them straight, false when they are to be kept. */
  feed(bytes: Uint8Array, borrowed: boolean, headroom: number): boolean
  /** The connection is gone: with an error, or in order when there is none. */
  closed(error: Error | undefined): void
}
