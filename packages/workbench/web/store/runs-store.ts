import { batch, signal } from '@preact/signals'
import type { Push } from '../../src/protocol/replies.js'
import type { RunState } from '../../src/protocol/run-state.js'
import type { SavedMessage, SavedSequence } from '../../src/protocol/saved.js'
import type { SavedState } from '../../src/protocol/saved-state.js'
import type { Asked, Backend } from '../backend/backend.js'

type RunPush = Extract<Push, { readonly push: 'runs' | 'saved' }>

/** Where something is sent: connections of a session, all of them where none are named. */
export interface SendTarget {
  readonly session: number
  readonly to: readonly number[]
}

/** What sends by itself, and what is kept to be sent again. It is the workbench's: any page sees the same. */
export class RunsStore {
  readonly runs = signal<readonly RunState[]>([])
  readonly saved = signal<SavedState>({ messages: [], sequences: [] })
  readonly #backend: Backend
  readonly #refused: (why: string) => void
  /** Those that were stopped, until they are seen to be. */
  readonly #stopped = new Set<number>()

  /** @param refused called with why something was not done */
  constructor(backend: Backend, refused: (why: string) => void) {
    this.#backend = backend
    this.#refused = refused
  }

  begin({ runs, saved }: { readonly runs: readonly RunState[]; readonly saved: SavedState }): void {
    batch(() => {
      this.runs.value = runs
      this.saved.value = saved
    })
  }

  take(push: RunPush): void {
    if (push.push === 'saved') {
      this.saved.value = push.saved
      return
    }
    this.runs.value = push.runs
    for (const run of this.#stopped) if (!this.#isRunning(run)) this.#stopped.delete(run)
  }

  /** @returns whether it began */
  repeat(target: SendTarget, message: Omit<Asked<'repeat'>, 'session' | 'to'>): Promise<boolean> {
    return this.#try(() => this.#backend.ask('repeat', { ...whereOf(target), ...message }))
  }

  /** @returns whether it began */
  play(target: SendTarget, sequence: SavedSequence): Promise<boolean> {
    return this.#try(() => this.#backend.ask('play', { ...whereOf(target), sequence }))
  }

  /** Stop one that runs, or forget one that is over. Pressed twice, it is stopped, and its end is shown. */
  async end(run: number): Promise<boolean> {
    const isRunning = this.#isRunning(run)
    if (isRunning && this.#stopped.has(run)) return true
    if (isRunning) this.#stopped.add(run)
    const isEnded = await this.#try(() => this.#backend.ask('end-run', { run }))
    if (!isEnded) this.#stopped.delete(run)
    return isEnded
  }

  /**
   * @param was the name that it had
   * @param refused called with why it is not kept
   * @returns whether it is
   */
  keepMessage(
    message: SavedMessage,
    was: string | undefined,
    refused: (why: string) => void,
  ): Promise<boolean> {
    const before = was === undefined ? {} : { was }
    return this.#try(() => this.#backend.ask('keep-message', { message, ...before }), refused)
  }

  /** The same for a sequence. */
  keepSequence(
    sequence: SavedSequence,
    was: string | undefined,
    refused: (why: string) => void,
  ): Promise<boolean> {
    const before = was === undefined ? {} : { was }
    return this.#try(() => this.#backend.ask('keep-sequence', { sequence, ...before }), refused)
  }

  forget(kind: 'message' | 'sequence', name: string): Promise<boolean> {
    return this.#try(() => this.#backend.ask('forget-saved', { kind, name }))
  }

  move(kind: 'message' | 'sequence', name: string, to: number): Promise<boolean> {
    return this.#try(() => this.#backend.ask('move-saved', { kind, name, to }))
  }

  #isRunning(run: number): boolean {
    return this.runs.value.some(({ id, state }) => id === run && state === 'running')
  }

  async #try(
    act: () => Promise<unknown>,
    refused: (why: string) => void = this.#refused,
  ): Promise<boolean> {
    try {
      await act()
      return true
    } catch (error) {
      refused(error instanceof Error ? error.message : String(error))
      return false
    }
  }
}

function whereOf({ session, to }: SendTarget): { session: number; to?: number[] } {
  return { session, ...(to.length === 0 ? {} : { to: [...to] }) }
}
