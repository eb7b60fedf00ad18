import type { Clock, ClockTimer } from '../../policy/clock.js'
import type { Backplane } from './backplane.js'
import type { BackplaneCalls } from './backplane-calls.js'

/** Milliseconds until a subscription that failed is asked for again. */
export const retryDelay = 1_000

/** The topics a node is subscribed to, those that failed included: they are asked for again. */
export class Subscriptions {
  readonly #backplane: Backplane
  readonly #calls: BackplaneCalls
  readonly #clock: Clock
  readonly #isWanted: (topic: string) => boolean
  readonly #missing = new Set<string>()
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
    return this.#calls.run(
      'subscribe',
      () => this.#backplane.subscribe(topic),
      `it is tried again every ${retryDelay} ms, and until then what other nodes send there does not arrive`,
      (worked) => {
        if (!worked && this.#isWanted(topic)) this.#retry(topic)
      },
    )
  }

  end(topic: string): void {
    this.#missing.delete(topic)
    const consequence = 'messages of other nodes go on arriving there, without a member'
    void this.#calls.run('unsubscribe', () => this.#backplane.unsubscribe(topic), consequence)
  }

  /** Ask for nothing any more. */
  stop(): void {
    this.#missing.clear()
    this.#timer?.cancel()
  }

  #retry(topic: string): void {
    this.#missing.add(topic)
    this.#timer ??= this.#clock.schedule(() => this.#beginMissing(), retryDelay, false)
  }

  #beginMissing(): void {
    this.#timer = undefined
    const topics = [...this.#missing]
    this.#missing.clear()
    for (const topic of topics) void this.begin(topic)
  }
}
