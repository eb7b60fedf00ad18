import type { Framing } from 'hawser'

const mebibyte = 1024 * 1024
/** For messages that are no larger than usual. */
const usualOutbox = 8 * mebibyte

/** How much a connection may hold that is to be sent, for its largest message to fit. */
export function roomFor({ maxFrame }: Pick<Framing<unknown, unknown>, 'maxFrame'>): {
  outbox: number
} {
  // A message waits there with what its framing adds, and behind the one before.
  return { outbox: Math.max(usualOutbox, 2 * maxFrame + mebibyte) }
}
