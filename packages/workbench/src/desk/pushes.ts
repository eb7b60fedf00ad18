import type { Push } from '../protocol/replies.js'
import type { PageLine } from './page-line.js'

/** As many times as long as it took to say something is waited before it is said again: of a thousand sessions it takes long. */
const rest = 20

interface Waiting {
  make: () => Push
  readonly interval: number
  /** Milliseconds between the last time and the next one. */
  pause: number
  timer: NodeJS.Timeout | undefined
  last: number
}

/**
 * What a page is told without having asked. Each kind is said at most once in its interval, as it is then; a page that
 * is full gets the next one.
 */
export class Pushes {
  readonly #line: PageLine
  readonly #waiting = new Map<string, Waiting>()
  #isClosed = false

  constructor(line: PageLine) {
    this.#line = line
  }

  /**
   * @param key what of an earlier call is not said any more
   * @param interval milliseconds
   */
  push(key: string, interval: number, make: () => Push): void {
    if (this.#isClosed) return
    const entry = this.#waiting.get(key) ?? {
      ...{ make, interval, pause: interval, timer: undefined, last: -Infinity },
    }
    entry.make = make
    this.#waiting.set(key, entry)
    if (entry.timer !== undefined) return
    const wait = entry.last + entry.pause - performance.now()
    if (wait <= 0) this.#say(entry)
    else this.#schedule(entry, wait)
  }

  forget(key: string): void {
    clearTimeout(this.#waiting.get(key)?.timer)
    this.#waiting.delete(key)
  }

  close(): void {
    this.#isClosed = true
    for (const key of this.#waiting.keys()) this.forget(key)
  }

  #schedule(entry: Waiting, wait: number): void {
    entry.timer = setTimeout(() => {
      entry.timer = undefined
      this.#say(entry)
    }, wait)
  }

  #say(entry: Waiting): void {
    if (this.#line.isFull) {
      this.#schedule(entry, entry.interval)
      return
    }
    const begun = performance.now()
    this.#line.send(JSON.stringify(entry.make()))
    entry.last = performance.now()
    const { interval } = entry
    entry.pause = interval === 0 ? 0 : Math.max(interval, (entry.last - begun) * rest)
  }
}
