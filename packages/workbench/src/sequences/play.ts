import { setImmediate } from 'node:timers/promises'
import type { Clock } from './clock.js'
import { Inbox } from './inbox.js'
import type { Progress } from './progress.js'
import type { RunTarget } from './run-target.js'
import { sendTo } from './send.js'
import type { PlayedStep } from './steps.js'
import { waitFor } from './wait-for.js'

/** What a sequence is played with. */
export interface Stage {
  readonly target: RunTarget
  readonly progress: Progress
  readonly clock: Clock
  readonly signal: AbortSignal
}

/**
 * Take the steps of a sequence, `times` times.
 *
 * @returns rejects with why a step could not be taken, `progress.step` says which; with the reason of `signal`, or an
 *   error with it as its cause, when that is aborted
 */
export async function play(
  steps: readonly PlayedStep[],
  times: number,
  stage: Stage,
): Promise<void> {
  const { target, progress, signal } = stage
  const inbox = new Inbox(target)
  try {
    for (let round = 1; round <= times; round++) {
      progress.round = round
      for (const [index, step] of steps.entries()) {
        signal.throwIfAborted()
        progress.step = index + 1
        progress.tell()
        await take(step, stage, inbox)
      }
      // One that waits for nothing leaves time for all else.
      await setImmediate()
    }
  } finally {
    inbox.end()
  }
}

function take(step: PlayedStep, stage: Stage, inbox: Inbox): Promise<void> {
  const { target, progress, clock, signal } = stage
  switch (step.do) {
    case 'send':
      return sendTo(target, step, progress, { clock, signal })
    case 'delay':
      return clock.pause(step.ms, signal)
    case 'wait':
      return waitFor(step, { target, inbox, clock, signal })
  }
}
