import type { Clock, ClockTimer } from '../../policy/clock.js'
import type { Backplane } from './backplane.js'
import type { BackplaneCalls } from './backplane-calls.js'

/** Milliseconds until a subscription that failed is asked for again. */
export const retryDelay = 1_000
/** Subscriptions that may be under way: more would wait in a backplane that stands still. */
const mostUnderWay = 10_000
/** What it means that a subscription failed. */
const retried = `it is tried again every ${retryDelay} ms, and until then what other nodes send there does not arrive`

/** The topics a node is subscribed to, those that failed included: they are asked for again. */
export class Subscriptions {
  readonly #backplane: Backplane
  readonly #calls: BackplaneCalls
  readonly #clock: Clock
  readonly #isWanted: (topic: string) => boolean
  readonly #missing = new Set<string>()
  /** Those that were not asked for yet, because too many are under way. */
  readonly #postponed = new Set<string>()
  #underWay = 0
  #timer: ClockTimer | undefined

  constructor(
    backplane: Backplane,
    calls: BackplaneCalls,
    clock: Clock,
    isWanted: (topic: string) => boolean,
  ) {
    this.#backplane = backplane
    this.#calls = calls
    this.#clock = clock
    this.#isWanted = isWanted
  }

  /** @returns fulfils once it is known whether it worked, if that takes a while */
  begin(topic: string): Promise<void> | undefined {
    if (this.#underWay >= mostUnderWay) {
      this.#postpone(topic)
      return undefined
    }
    const asking = this.#calls.run(
      'subscribe',
      () => this.#backplane.subscribe(topic),
      retried,
      (worked) => {
        if (!worked && this.#isWanted(topic)) this.#retry(topic)
      },
    )
    if (asking !== undefined) {
      this.#underWay += 1
      void asking.then(() => {
        this.#underWay -= 1
      })
    }
    return asking
  }

  end(topic: string): void {
    if (this.#postponed.delete(topic)) return
    this.#missing.delete(topic)
    const consequence = 'messages of other nodes go on arriving there, without a member'
    void this.#calls.run('unsubscribe', () => this.#backplane.unsubscribe(topic), consequence)
  }

  /** Ask for nothing any more. */
  stop(): void {
    this.#missing.clear()
    this.#postponed.clear()
    this.#timer?.cancel()
  }

  #postpone(topic: string): void {
    const cause = new Error(`${mostUnderWay} subscriptions wait for the backplane already`)
    this.#calls.failed('subscribe', cause, retried)
    this.#postponed.add(topic)
    this.#schedule()
  }

  #retry(topic: string): void {
    this.#missing.add(topic)
    this.#schedule()
  }

  #schedule(): void {
    this.#timer ??= this.#clock.schedule(() => this.#beginMissing(), retryDelay, false)
  }

  #beginMissing(): void {
    this.#timer = undefined
    const topics = [...this.#missing, ...this.#postponed]
    this.#missing.clear()
    this.#postponed.clear()
    for (const topic of topics) void this.begin(topic)
  }
}
