import { now, wait } from '../natives.js'
import { Alarm } from './alarm.js'
import { Ring } from './ring.js'
import { Sink, type Outcome } from './sink.js'

/** Rows are sent this soon after quiet, and together this often while there is traffic. Milliseconds. */
const soon = 1
const often = 15
/** How long to wait before the next try when the inspector does not keep up: doubled up to the longest. */
const longestRetry = 128
/** How long the end of the process waits for an inspector that is slow, and for one that does not read at all. */
const longestExit = 2_000
const stillExit = 200

/** Moves blocks from the ring to the sink: at once after quiet, then together. */
export class Pump {
  readonly ring: Ring
  readonly sink: Sink
  readonly #alarm: Alarm
  #retry = 0
  #last = 0
  #isExiting = false
  #isFlushing = false
  #isStopped = false

  readonly #beforeFlush: () => number
  readonly #onGone: () => void

  /**
   * @param path of the inspector's socket
   * @param beforeFlush adds the rows that were waiting for this, and returns in how many ms it wants to be called again
   * @param onGone the inspector is gone, and nothing is kept any more
   */
  constructor(path: string, beforeFlush: () => number, onGone: () => void) {
    this.#beforeFlush = beforeFlush
    this.#onGone = onGone
    this.ring = new Ring(() => this.#push())
    this.sink = new Sink(path)
    this.#alarm = new Alarm(() => this.flush())
  }

  get isOff(): boolean {
    if (!this.#isStopped && !this.sink.isThere()) this.stop()
    return this.#isStopped
  }

  /** A row was added, at `time`. */
  poke(time: number): void {
    if (this.#isExiting) this.flush()
    else if (!this.#alarm.isArmed) this.#alarm.set(time - this.#last > often ? soon : often)
  }

  /** Come back in `delay` at the latest. */
  later(delay: number): void {
    if (!this.#isStopped && !this.#alarm.isArmed) this.#alarm.set(delay)
  }

  flush(): void {
    if (this.#isStopped || this.#isFlushing) return
    this.#isFlushing = true
    try {
      this.#flush()
    } catch {
      // A fault of the tap's own ends the tap, and not the program.
      this.stop()
    }
    this.#isFlushing = false
  }

  /** The process ends: what is left is written now, and what comes yet at once. */
  exit(): void {
    if (this.#isExiting || this.#isStopped) return
    this.#isExiting = true
    const end = now() + longestExit
    let moved = now()
    for (let time = moved; time < end && time - moved < stillExit; time = now()) {
      this.flush()
      if (this.#isStopped || this.ring.sealed.length === 0) return
      if (this.#retry === soon) moved = time
      wait(1)
    }
  }

  stop(): void {
    if (this.#isStopped) return
    this.#isStopped = true
    this.#alarm.end()
    this.sink.end()
    this.#onGone()
  }

  #flush(): void {
    const time = now()
    if (this.#retry > 0 && time - this.#last < often && !this.#isExiting) {
      // What waits for room goes on alone: a line takes less at once than a block has, and rows are put together.
      this.#settle(this.sink.write(this.ring))
      if (this.#retry === 0) this.later(often)
      return
    }
    this.#last = time
    const next = this.#beforeFlush()
    this.ring.seal()
    this.#settle(this.sink.write(this.ring))
    if (next !== Infinity) this.later(next)
  }

  /** A block is full. */
  #push(): void {
    if (this.#retry === 0 && !this.#isStopped) this.#settle(this.sink.write(this.ring))
  }

  #settle(outcome: Outcome): void {
    if (outcome === 'gone') this.stop()
    else if (outcome === 'out') this.#retry = 0
    else {
      this.#retry =
        outcome === 'some' ? soon : Math.min(longestRetry, Math.max(soon, this.#retry) * 2)
      if (!this.#isExiting) this.#alarm.set(this.#retry)
    }
  }
}
