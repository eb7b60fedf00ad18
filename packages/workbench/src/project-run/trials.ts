import type { Project } from '../project/project.js'
import type { SavedSequence } from '../protocol/saved.js'
import type { SessionState } from '../protocol/session-state.js'
import type { Runs } from '../sequences/runs.js'
import type { Outcome } from './run-report.js'

/** A message or a sequence that is played to see whether what comes back is right. */
export interface Trial {
  readonly kind: 'message' | 'sequence'
  readonly to: string
  readonly sequence: SavedSequence
}

/** Messages with `expect`, and sequences with `to`. */
export function trialsOf({ saved }: Project): Trial[] {
  const messages = saved.messages.flatMap(({ name, to, expect }): Trial[] => {
    if (to === undefined || expect === undefined) return []
    const steps: SavedSequence['steps'] = [
      { do: 'send', message: name },
      { do: 'wait', ...expect },
    ]
    return [{ kind: 'message', to, sequence: { name, steps } }]
  })
  const sequences = saved.sequences.flatMap((sequence): Trial[] =>
    sequence.to === undefined ? [] : [{ kind: 'sequence', to: sequence.to, sequence }],
  )
  return [...messages, ...sequences]
}

/** What a trial is played with. */
export interface Stage {
  readonly project: Project
  readonly runs: Runs
  readonly sessions: { readonly all: readonly SessionState[]; watch(heard: () => void): () => void }
  readonly signal: AbortSignal
}

/** Milliseconds that a connection to speak through is waited for. */
const patience = 5_000

/** Never rejects. */
export async function play({ kind, to, sequence }: Trial, stage: Stage): Promise<Outcome> {
  const begun = performance.now()
  const error = await whyNot(to, sequence, stage)
  const { name } = sequence
  const after = Math.round(performance.now() - begun)
  return { kind, name, isMet: error === undefined, after, error }
}

/** @returns why it is not met */
async function whyNot(
  to: string,
  sequence: SavedSequence,
  { project, runs, sessions, signal }: Stage,
): Promise<string | undefined> {
  const session = sessions.all.find(({ definition }) => definition.name === to)?.id
  if (session === undefined) return `there is no server or client ${to}: mend its to`
  try {
    await untilConnected(sessions, session, signal)
    signal.throwIfAborted()
    const run = runs.play({ session }, sequence, project.saved.messages)
    const stop = (): void => runs.end(run)
    signal.addEventListener('abort', stop)
    const { state, step, error } = await runs.ended(run)
    signal.removeEventListener('abort', stop)
    if (state === 'done') return undefined
    if (signal.aborted) return overBefore
    return error === undefined ? state : `step ${step}: ${error}`
  } catch (error) {
    return signal.aborted ? overBefore : (error as Error).message
  }
}

/** Why what was not known yet is not met. */
export const overBefore = 'the run ended before'

/** It says itself what is wrong when none comes. */
function untilConnected(
  sessions: Stage['sessions'],
  session: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      unwatch()
      resolve()
    }
    const look = (): void => {
      const state = sessions.all.find(({ id }) => id === session)
      if (state === undefined || state.connections > 0 || state.state !== 'running') end()
    }
    const timer = setTimeout(end, patience)
    const unwatch = sessions.watch(look)
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    else look()
  })
}
