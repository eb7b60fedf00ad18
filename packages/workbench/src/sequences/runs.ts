import type { LogEvent } from 'hawser/log'
import type { RunState } from '../protocol/run-state.js'
import type { SavedMessage, SavedSequence } from '../protocol/saved.js'
import { type Clock, systemClock } from './clock.js'
import { play } from './play.js'
import type { About } from './progress.js'
import { repeat, type Repetition } from './repeat.js'
import { RunList, Stopped } from './run-list.js'
import type { RunTarget } from './run-target.js'
import { noneOpen } from './send.js'
import { prepareSteps } from './steps.js'

/** What runs are made with. */
export interface RunsOptions {
  /** Whom to speak to. @throws WorkbenchError for a session that is none, or cannot send */
  readonly targetOf: (session: number, to?: readonly number[]) => RunTarget
  /** Call `listener` when connections may have come or gone. @returns ends it */
  readonly watch: (listener: () => void) => () => void
  /** Where it is written that one begins, and how it ends. */
  readonly log: { event(event: LogEvent): void }
  readonly clock?: Clock | undefined
}

/** Whom a run speaks to: all connections of a session, or those with these numbers in the log. */
export interface Where {
  readonly session: number
  readonly to?: readonly number[] | undefined
}

/** Everything that sends by itself. A page that is closed, asleep or opened twice changes nothing of it. */
export class Runs {
  readonly #options: RunsOptions
  readonly #clock: Clock
  readonly #list = new RunList()

  constructor(options: RunsOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  get all(): readonly RunState[] {
    return this.#list.all
  }

  /** Call `listener` when one of them changed; many changes of one turn are one call. @returns ends it */
  watch(listener: () => void): () => void {
    return this.#list.watch(listener)
  }

  /**
   * Send a message again and again, until no connection is left.
   *
   * @returns its number
   * @throws WorkbenchError where nothing can be sent, and when as many run as may
   */
  repeat(
    { session, to }: Where,
    repetition: Repetition & { readonly name?: string | undefined },
  ): number {
    const { name = '', every, times } = repetition
    this.#list.assertRoom()
    const target = this.#options.targetOf(session, to)
    if (!target.isOpen()) throw noneOpen()
    const of = times === Infinity ? null : times
    const about: About = { session, kind: 'repeat', name, every, of }
    this.#write({ event: 'repeat', session, name, state: 'begun', every, times: of })
    const work: Parameters<RunList['start']>[1] = async (progress, abort) => {
      const unwatch = this.#options.watch(() => {
        if (!target.isOpen()) abort.abort(new Stopped('no connection is open any more'))
      })
      try {
        await repeat(repetition, target, progress, { clock: this.#clock, signal: abort.signal })
      } finally {
        unwatch()
      }
    }
    return this.#list.start(about, work, (state) => this.#over(state))
  }

  /**
   * Take the steps of a sequence.
   *
   * @param messages those that a step may name
   * @returns its number
   * @throws WorkbenchError for steps that cannot be meant, where nothing can be sent, and when as many run as may
   */
  play(
    { session, to }: Where,
    { name, steps, times = 1 }: SavedSequence,
    messages: readonly SavedMessage[],
  ): number {
    this.#list.assertRoom()
    const prepared = prepareSteps(steps, messages)
    const target = this.#options.targetOf(session, to)
    const of = prepared.filter((step) => step.do === 'send').length * times
    const about: About = {
      ...{ session, kind: 'sequence', name, of },
      steps: prepared.length,
      rounds: times,
    }
    this.#write({ event: 'sequence', session, name, state: 'begun', times })
    return this.#list.start(
      about,
      (progress, { signal }) =>
        play(prepared, times, { target, progress, clock: this.#clock, signal }),
      (state) => this.#over(state),
    )
  }

  /** Stop one that runs; forget one that is over. @throws WorkbenchError for one that there is not */
  end(id: number): void {
    this.#list.end(id)
  }

  /** How one ends, once it has. @throws WorkbenchError for one that there is not */
  ended(id: number): Promise<RunState> {
    return this.#list.ended(id)
  }

  /** Stops all of them. Never rejects. */
  close(): Promise<void> {
    return this.#list.close()
  }

  #over({ session, kind, name, state, sent, behind, step, round, error }: RunState): void {
    const place = state === 'failed' && step !== undefined ? { step, round } : {}
    const why = error === undefined ? {} : { error }
    const late = behind === 0 ? {} : { behind }
    this.#write({ event: kind, session, name, state, sent, ...late, ...place, ...why })
  }

  #write(event: LogEvent): void {
    this.#options.log.event(event)
  }
}
