import type { Traffic } from './traffic.js'

/** What comes back on one connection, compared byte for byte with what should. */
export class Answers {
  readonly #traffic: Traffic
  /** The frame that is being answered, and the place in the traffic up to which answers came. */
  #frame: number
  #offset: number

  /** Answers that begin with that of the frame `first`. */
  constructor(traffic: Traffic, first: number) {
    this.#traffic = traffic
    this.#frame = first
    this.#offset = startOf(traffic, first)
  }

  /** How many frames the first `count` bytes of `buffer` end; -1 where a byte is wrong. */
  take(buffer: Buffer, count: number): number {
    const { expected, ends, frames, size } = this.#traffic
    const from = this.#offset
    const to = from + count
    if (expected.compare(buffer, 0, count, from, to) !== 0) return -1
    let ended = 0
    // The first frame's end may lie in the next repetition of what was received into this one.
    let base = 0
    while (base + (ends[this.#frame] as number) <= to) {
      ended += 1
      this.#frame += 1
      if (this.#frame === frames) {
        this.#frame = 0
        base += size
      }
    }
    this.#offset = to % size
    return ended
  }
}

/** Where a frame begins. */
export function startOf(traffic: Traffic, frame: number): number {
  return frame === 0 ? 0 : (traffic.ends[frame - 1] as number)
}
