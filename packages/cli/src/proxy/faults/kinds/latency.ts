import { readTime, showTime, splitSpread } from './amounts.js'
import { Delayed } from './delayed.js'
import { type FaultKind, valueOf } from '../fault.js'
import type { Ending, Next } from '../stage.js'

class LatencyStage extends Delayed {
  readonly #wait: () => number

  /** @param wait how long the next thing is under way */
  constructor(wait: () => number) {
    super()
    this.#wait = wait
  }

  override take(piece: Uint8Array, now: number): void {
    this.hold(piece, now + this.#wait())
  }

  override finish(how: Ending, now: number, next: Next): void {
    if (how === 'reset') super.finish(how, now, next)
    else this.hold(how, now + this.#wait())
  }
}

/** Bytes and ends are under way for `latency` ms, give or take `jitter`; their order stays. */
export const latency: FaultKind = {
  word: 'latency',
  type: 'latency',
  defaults: { latency: 0, jitter: 0 },
  parse(text) {
    const [middle, spread] = splitSpread('latency', text)
    return {
      latency: readTime('latency', middle),
      jitter: spread === undefined ? 0 : readTime('latency', spread),
    }
  },
  show(attributes) {
    const jitter = valueOf(attributes, 'jitter')
    const middle = showTime(valueOf(attributes, 'latency'))
    return jitter === 0 ? middle : `${middle}±${showTime(jitter)}`
  },
  create(attributes, random) {
    const jitter = valueOf(attributes, 'jitter')
    const middle = valueOf(attributes, 'latency')
    return new LatencyStage(() => Math.max(0, middle + (2 * random() - 1) * jitter))
  },
}
