import { performance } from 'node:perf_hooks'

/** Milliseconds that the pages together may take of a turn of the event loop. */
const longest = 8

/** Shares the time between pages: each does one thing, and then the next one, until the time of this turn is used up. */
export class Turns {
  readonly #waiting: (() => boolean)[] = []
  #isScheduled = false

  /** @param work does one thing. @returns whether there is another one */
  add(work: () => boolean): void {
    this.#waiting.push(work)
    this.#schedule()
  }

  #schedule(): void {
    if (this.#isScheduled) return
    this.#isScheduled = true
    setImmediate(() => {
      this.#isScheduled = false
      this.#run()
    })
  }

  #run(): void {
    const until = performance.now() + longest
    for (;;) {
      const work = this.#waiting.shift()
      if (work === undefined) return
      if (work()) this.#waiting.push(work)
      if (performance.now() >= until) break
    }
    if (this.#waiting.length > 0) this.#schedule()
  }
}
