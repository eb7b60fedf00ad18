import { setTimeout as delay } from 'node:timers/promises'
import { attach, type Inspection } from '@hawser/inspect'
import { CommandError } from '../failure.js'

/** Milliseconds that a process which has loaded the tap may take to report. */
const patience = 5_000

/** Which process, and how. */
export interface AttachTo {
  readonly pid: number
  readonly http2: boolean
  /** Whether it may be sent a signal. */
  readonly confirm: (warning: string) => boolean | Promise<boolean>
}

/**
 * Watch a process that runs already.
 *
 * @returns what there is to know of it; rejects with AttachError where it cannot be watched, CommandError where it does not
 *   report
 */
export async function attachTo(
  inspection: Inspection,
  { pid, http2, confirm }: AttachTo,
): Promise<readonly string[]> {
  const { HAWSER_INSPECT: socket } = inspection.variables
  const { notes } = await attach({ pid, socket, http2, confirm })
  const end = Date.now() + patience
  while (inspection.threads === 0) {
    if (Date.now() > end) {
      throw new CommandError(
        `process ${pid} has not reported within ${patience} ms`,
        'see whether it can reach the folder of this user, or is busy',
      )
    }
    await delay(10)
  }
  return notes
}
