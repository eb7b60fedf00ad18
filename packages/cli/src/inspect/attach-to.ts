import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises'
import { attach, type Inspection } from '@hawser/inspect'
import { CommandError } from '../failure.js'

/** Milliseconds that a process which has loaded the tap may take to report. */
const patience = 5_000
/** Milliseconds in which what a process said before it ended arrives. */
const lastWords = 250

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
  const notes = await attach({ pid, socket, http2, confirm }).then(
    (attached) => attached.notes,
    async (error: Error) => {
      // It reports before its debugger replies: one that ended in between was watched to its end.
      if (await hasReported(inspection, lastWords)) return [error.message]
      throw error
    },
  )
  if (await hasReported(inspection, patience)) return notes
  throw new CommandError(
    `process ${pid} has not reported within ${patience} ms`,
    'see whether it can reach the folder of this user, or is busy',
  )
}

/** Whether it reports within some milliseconds, or has done so: it may have ended since. */
function hasReported(inspection: Inspection, within: number): Promise<boolean> {
  const reported = inspection.anyReported().then(() => true)
  // What has arrived is heard first: it may be this process that was held up.
  const late = delay(within, false, { ref: false }).then((isLate) => turn(isLate))
  return Promise.race([reported, late])
}
