import { setImmediate } from 'node:timers'

/** After so many bytes in one turn `send` asks to wait: a fast reader must not keep the event loop busy. */
const longestBurst = 1024 * 1024

/** What was written in the middle of a turn, because it was too much to wait for the end of it. */
export class Burst {
  readonly #over: () => void
  #bytes = 0

  /** @param over called when the turn is over, and what was written in it forgotten */
  constructor(over: () => void) {
    this.#over = over
  }

  /** Whether it is so much that `send` asks to wait. */
  get isLong(): boolean {
    return this.#bytes > longestBurst
  }

  add(bytes: number): void {
    if (this.#bytes === 0) setImmediate(() => this.#end())
    this.#bytes += bytes
  }

  #end(): void {
    this.#bytes = 0
    this.#over()
  }
}
