import type { Framing } from 'hawser'

const mebibyte = 1024 * 1024
/** What the library takes by default. */
const usualInbox = 2 * mebibyte
const usualOutbox = 8 * mebibyte

/**
 * How much a connection may hold for its largest message to fit: as much as usual, and more where
 * messages are larger than usual.
 */
export function roomFor({ maxFrame }: Pick<Framing<unknown, unknown>, 'maxFrame'>): {
  inbox: number
  outbox: number
} {
  return {
    inbox: Math.max(usualInbox, maxFrame),
    // A message waits there with what its framing adds, and behind the one before.
    outbox: Math.max(usualOutbox, 2 * maxFrame + mebibyte),
  }
}
