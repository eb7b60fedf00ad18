import type { RunState } from '../protocol/run-state.js'

/** What is known of a run from its beginning. */
export type About = Pick<
  RunState,
  'session' | 'kind' | 'name' | 'of' | 'every' | 'steps' | 'rounds'
>

/** What a run says of itself. */
export class Progress {
  sent = 0
  behind = 0
  isWaiting = false
  step: number | undefined
  round: number | undefined
  state: RunState['state'] = 'running'
  error: string | undefined
  readonly #about: About
  readonly #changed: () => void

  constructor(about: About, changed: () => void) {
    this.#about = about
    this.#changed = changed
  }

  describe(id: number): RunState {
    const { sent, behind, isWaiting, step, round, state, error } = this
    return { id, ...this.#about, sent, behind, isWaiting, step, round, state, error }
  }

  /** Something of it is other than it was. */
  tell(): void {
    this.#changed()
  }
}
