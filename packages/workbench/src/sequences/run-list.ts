import type { RunState } from '../protocol/run-state.js'
import { WorkbenchError } from '../workbench-error.js'
import { type About, Progress } from './progress.js'

/** As many may run at once, in all sessions. */
const mostRunning = 32
/** Those that are over and still listed. */
const mostOver = 8

/** It was stopped: by a person without a reason. */
export class Stopped extends Error {}

interface Run {
  readonly progress: Progress
  readonly abort: AbortController
  /** Fulfils when it is over. */
  readonly ended: Promise<RunState>
}

/** Runs by their numbers: how each of them is, and its end. */
export class RunList {
  readonly #runs = new Map<number, Run>()
  readonly #listeners = new Set<() => void>()
  #lastId = 0
  #isTelling = false

  get all(): readonly RunState[] {
    return [...this.#runs].map(([id, { progress }]) => progress.describe(id))
  }

  /** Call `listener` when one of them changed; many changes of one turn are one call. @returns ends it */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** @throws WorkbenchError when as many run as may */
  assertRoom(): void {
    const running = [...this.#runs.values()].filter(({ progress }) => progress.state === 'running')
    if (running.length < mostRunning) return
    const text = `${mostRunning} repeats and sequences run, as many as there may be: stop one`
    throw new WorkbenchError('WORKBENCH_NOT_NOW', text)
  }

  /**
   * @param work rejects with `Stopped`, or with it as its cause, when it is aborted
   * @param over called with how it ended
   * @returns its number
   */
  start(
    about: About,
    work: (progress: Progress, abort: AbortController) => Promise<void>,
    over: (state: RunState) => void,
  ): number {
    const id = (this.#lastId += 1)
    const progress = new Progress(about, () => this.#tell())
    const abort = new AbortController()
    const ended = conclude(work(progress, abort), progress).then(() => {
      const state = progress.describe(id)
      over(state)
      this.#forgetOldest()
      this.#tell()
      return state
    })
    this.#runs.set(id, { progress, abort, ended })
    this.#tell()
    return id
  }

  /** Stop one that runs; forget one that is over. @throws WorkbenchError for one that there is not */
  end(id: number): void {
    const { progress, abort } = this.#find(id)
    if (progress.state === 'running') {
      abort.abort(new Stopped())
      return
    }
    this.#runs.delete(id)
    this.#tell()
  }

  /** How one ends, once it has. @throws WorkbenchError for one that there is not */
  ended(id: number): Promise<RunState> {
    return this.#find(id).ended
  }

  /** Stops all of them. Never rejects. */
  async close(): Promise<void> {
    const all = [...this.#runs.values()]
    for (const { abort } of all) abort.abort(new Stopped())
    await Promise.all(all.map(({ ended }) => ended))
  }

  #find(id: number): Run {
    const run = this.#runs.get(id)
    if (run !== undefined) return run
    throw new WorkbenchError('WORKBENCH_NOT_FOUND', `there is no run ${id}`)
  }

  #forgetOldest(): void {
    const over = [...this.#runs].filter(([, { progress }]) => progress.state !== 'running')
    for (const [id] of over.slice(0, -mostOver)) this.#runs.delete(id)
  }

  #tell(): void {
    if (this.#isTelling) return
    this.#isTelling = true
    setImmediate(() => {
      this.#isTelling = false
      for (const listener of this.#listeners) listener()
    }).unref()
  }
}

async function conclude(work: Promise<void>, progress: Progress): Promise<void> {
  try {
    await work
    progress.state = 'done'
  } catch (error) {
    const stop = findStop(error)
    progress.state = stop === undefined ? 'failed' : 'stopped'
    const { message } = stop ?? (error as Error)
    progress.error = message === '' ? undefined : message
  }
}

/** A pause that is given up has it as its cause. */
function findStop(error: unknown): Stopped | undefined {
  if (error instanceof Stopped) return error
  const { cause } = error as { readonly cause?: unknown }
  return cause instanceof Stopped ? cause : undefined
}
