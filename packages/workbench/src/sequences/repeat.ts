import type { Clock } from './clock.js'
import type { Progress } from './progress.js'
import type { RunTarget } from './run-target.js'
import { sendTo } from './send.js'

/** Milliseconds that it may be late and still send all that was due: timers are late, too. */
const slack = 100

/** A message that is sent again and again. */
export interface Repetition {
  readonly bytes: Uint8Array
  readonly variables: boolean
  /** Milliseconds from one to the next. */
  readonly every: number
  /** `Infinity`: until it is stopped. */
  readonly times: number
}

/**
 * Send a message again and again. One is under way at a time: where a connection takes none, those that were due
 * meanwhile are left out and counted, and not sent in a burst.
 *
 * @returns rejects when no connection is open, or with the reason of `signal` when that is aborted
 */
export async function repeat(
  { every, times, ...message }: Repetition,
  target: RunTarget,
  progress: Progress,
  around: { readonly clock: Clock; readonly signal: AbortSignal },
): Promise<void> {
  const { clock, signal } = around
  let due = clock.now()
  for (;;) {
    await sendTo(target, message, progress, around)
    if (progress.sent >= times) return
    due += every
    const late = clock.now() - due
    if (late > Math.max(every, slack)) {
      const left = Math.floor(late / every)
      progress.behind += left
      due += left * every
    }
    await clock.pause(Math.max(0, due - clock.now()), signal)
  }
}
