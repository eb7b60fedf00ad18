import process from 'node:process'
import { setImmediate } from 'node:timers'
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

/**
 * As `writeLater`, behind whatever the promises that settle lead to.
 *
 * @param isMore behind what else was read in this turn as well: it comes after promises and ticks
 */
export function writeLast(writer: Writer, isMore: boolean): void {
  if (isMore) setImmediate(writeLater, writer)
  // What a microtask schedules comes when all of them are done, whatever they lead to.
  else queueMicrotask(() => writeLater(writer))
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
