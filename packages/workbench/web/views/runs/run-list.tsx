import type { ComponentChild } from 'preact'
import type { RunState } from '../../../src/protocol/run-state.js'
import { showCount } from '../../bytes/amounts.js'
import { tame } from '../../bytes/show-text.js'
import { useStore, useWords } from '../use-store.js'

/** What sends by itself in the session that is shown, or in all of them. */
export function RunList(): ComponentChild {
  const store = useStore()
  const words = useWords()
  const shown = store.shown.value
  const runs = store.runs.runs.value.filter(
    ({ session }) => shown === undefined || session === shown,
  )
  if (runs.length === 0) return null
  return (
    <ul class="runs" aria-label={words.runs}>
      {runs.map((run) => (
        <RunItem key={run.id} run={run} />
      ))}
    </ul>
  )
}

function RunItem({ run }: { readonly run: RunState }): ComponentChild {
  const store = useStore()
  const words = useWords()
  const { id, kind, name, state, sent, of, every, behind, isWaiting, error } = run
  const count = (value: number): string => showCount(value, store.settings.language.value)
  const isRunning = state === 'running'
  const what = kind === 'repeat' ? words.repeat : words.sequence
  const states = {
    running: '',
    done: words.runDone,
    stopped: words.runStopped,
    failed: words.runFailed,
  }
  const facts = [
    of === null ? words.runSent(count(sent)) : words.runSentOf(count(sent), count(of)),
    every === undefined ? '' : words.runEvery(count(every)),
    stepOf(run, words, count),
    behind === 0 ? '' : words.runBehind(count(behind)),
    isWaiting ? words.runWaits : '',
    states[state],
    error === undefined ? '' : tame(error),
  ]
  return (
    <li class={`run ${state}`} data-run={id}>
      <span class="run-name">
        {kind === 'repeat' ? '↻' : '▶'} {what} {name === '' ? '' : tame(name)}
      </span>
      <span class="run-facts" role="status">
        {facts.filter((fact) => fact !== '').join(' · ')}
      </span>
      <button
        type="button"
        aria-label={isRunning ? undefined : words.close}
        class={isRunning ? '' : 'quiet'}
        onClick={() => void store.runs.end(id)}
      >
        {isRunning ? words.runStop : '✕'}
      </button>
    </li>
  )
}

function stepOf(
  { step, steps, round, rounds, state }: RunState,
  words: ReturnType<typeof useWords>,
  count: (value: number) => string,
): string {
  if (step === undefined || steps === undefined || state === 'done') return ''
  const place = words.runStep(count(step), count(steps))
  const isLoop = rounds !== undefined && rounds > 1 && round !== undefined
  return isLoop ? `${place} · ${words.runRound(count(round), count(rounds))}` : place
}
