import process from 'node:process'
import { isJoinUntold } from '../memberships.js'
import { isSettling } from '../work.js'

/** A sender that has something to write at the end of this turn of the event loop. */
export interface Writer {
  write(): void
}

// One tick for all writers of a turn: a broadcast would otherwise queue one for each connection.
let waiting: Writer[] = []

/** Call `writer.write()` when the code running now, and the promises it settled, have had their go. */
export function writeLater(writer: Writer): void {
  if (waiting.push(writer) === 1) process.nextTick(writeWaiting)
}

function writeWaiting(): void {
  if (isSettling()) {
    queueMicrotask(() => process.nextTick(writeWaiting))
    return
  }
  // This was planned before the join was: what tells of that is planned now, and comes first.
  if (isJoinUntold()) {
    process.nextTick(writeWaiting)
    return
  }
  const writers = waiting
  waiting = []
  for (const writer of writers) writer.write()
}
