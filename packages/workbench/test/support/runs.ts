import { onTestFinished } from 'vitest'
import type { SavedMessage, SavedSequence } from '../../src/protocol/saved.js'
import type { RunState } from '../../src/protocol/run-state.js'
import { Runs } from '../../src/sequences/runs.js'
import { HandClock, ScriptedTarget } from './scripted-target.js'

/** Runs with a clock and connections that a test plays; they end with it. */
export function createRuns(target = new ScriptedTarget()): {
  readonly runs: Runs
  readonly clock: HandClock
  readonly target: ScriptedTarget
  readonly events: object[]
  repeat(every: number, times?: number, text?: string): number
  play(steps: SavedSequence['steps'], times?: number, messages?: readonly SavedMessage[]): number
  state(run: number): RunState | undefined
} {
  const clock = new HandClock()
  const events: object[] = []
  const runs = new Runs({
    targetOf: () => target,
    watch: (listener) => target.watch(listener),
    log: { event: (event) => void events.push(event) },
    clock,
  })
  onTestFinished(() => runs.close())
  return {
    ...{ runs, clock, target, events },
    repeat: (every, times = Infinity, text = 'x') =>
      runs.repeat({ session: 1 }, { bytes: Buffer.from(text), variables: false, every, times }),
    play: (steps, times, messages = []) =>
      runs.play({ session: 1 }, { name: 'login', steps, times }, messages),
    state: (run) => runs.all.find(({ id }) => id === run),
  }
}
