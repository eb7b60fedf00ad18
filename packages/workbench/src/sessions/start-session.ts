import type { SessionLog } from 'hawser/log'
import type { Tools } from '../tools.js'
import { failureText } from './failure-text.js'
import { begin, noScripts, type OpenScript } from './kinds/begin.js'
import { refuseDescriptor } from './refusals.js'
import type { Running, RunningAround } from './running.js'
import type { Session } from './session.js'

interface Room {
  readonly tools: Tools
  readonly log: SessionLog
  readonly openScript?: OpenScript | undefined
}

/**
 * Start what a session is. What it cannot do is said in its state and in the log: it is there to be mended, and started
 * again.
 *
 * @param signal aborted when it was stopped or started again meanwhile
 */
export async function startSession(
  session: Session,
  room: Room,
  signal: AbortSignal,
  around: RunningAround,
): Promise<void> {
  try {
    refuseDescriptor(session.definition)
    const running = await beginSession(session, room, signal, around)
    // It may have been removed or stopped while it began, or have ended already.
    if (signal.aborted || session.state !== 'starting') await running?.stop()
    else session.runs(running)
  } catch (cause) {
    if (signal.aborted) return
    const error = failureText(cause)
    room.log.event({ event: 'failed', session: session.id, error })
    session.fails(error)
  }
}

function beginSession(
  { definition, id, adopted }: Session,
  { tools, log, openScript = noScripts }: Room,
  signal: AbortSignal,
  around: RunningAround,
): Promise<Running | undefined> {
  if (adopted !== undefined) return adopted.resume()
  return begin(definition, { id, tools, log, signal, openScript }, around)
}
