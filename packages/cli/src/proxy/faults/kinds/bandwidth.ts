import { readSize, showSize } from './amounts.js'
import { Delayed } from './delayed.js'
import { type FaultKind, valueOf } from '../fault.js'
import { type Ending, type Next, Stage } from '../stage.js'

/** A longer piece is handed on in parts, so that bytes flow and do not come in bursts. */
const longestStep = 100
/** Bytes that wait above which the sender is held back, as by a slow line. */
const highWaterMark = 64 * 1024

class BandwidthStage extends Delayed {
  readonly #perMillisecond: number
  /** When the line has sent all that it was given. */
  #free = -Infinity

  constructor(perMillisecond: number) {
    super()
    this.#perMillisecond = perMillisecond
  }

  override get full(): boolean {
    return this.held > highWaterMark
  }

  override take(piece: Uint8Array, now: number): void {
    const step = Math.max(1, Math.floor(this.#perMillisecond * longestStep))
    for (let at = 0; at < piece.length; at += step) {
      const part = piece.subarray(at, at + step)
      this.#free = Math.max(this.#free, now) + part.length / this.#perMillisecond
      this.hold(part, this.#free)
    }
  }

  override finish(how: Ending, now: number, next: Next): void {
    super.finish(how, Math.max(now, this.#free), next)
  }
}

/** No more than `rate` thousands of bytes a second pass; 0 is no limit. */
export const bandwidth: FaultKind = {
  word: 'bandwidth',
  type: 'bandwidth',
  defaults: { rate: 0 },
  parse: (text) => ({ rate: readSize('bandwidth', text?.replace(/\/s$/, '')) / 1000 }),
  show: (attributes) => `${showSize(Math.round(valueOf(attributes, 'rate') * 1000))}/s`,
  create(attributes) {
    const rate = valueOf(attributes, 'rate')
    return rate === 0 ? new Stage() : new BandwidthStage(rate)
  },
}
