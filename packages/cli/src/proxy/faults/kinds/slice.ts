import { UsageError } from '../../../failure.js'
import { readSize, showSize, splitSpread } from './amounts.js'
import { Delayed } from './delayed.js'
import { type Attributes, type FaultKind, valueOf } from '../fault.js'
import { type Ending, type Next, Stage } from '../stage.js'

/** Bytes that wait above which the sender is held back. */
const highWaterMark = 256 * 1024

class SliceStage extends Delayed {
  readonly #size: () => number
  readonly #delay: number
  #last = -Infinity

  /**
   * @param size that of the next slice
   * @param delay milliseconds between two
   */
  constructor(size: () => number, delay: number) {
    super()
    this.#size = size
    this.#delay = delay
  }

  override get full(): boolean {
    return this.held > highWaterMark
  }

  override take(piece: Uint8Array, now: number): void {
    for (let at = 0; at < piece.length;) {
      const size = this.#size()
      this.#last = Math.max(now, this.#last + this.#delay)
      this.hold(piece.subarray(at, at + size), this.#last)
      at += size
    }
  }

  override finish(how: Ending, now: number, next: Next): void {
    super.finish(how, Math.max(now, this.#last), next)
  }

  /** One at a time: several in one turn would leave as one. */
  override advance(_now: number, next: Next): void {
    this.release(next)
  }
}

/** Bytes are cut into slices of about `average_size`, each sent by itself, `delay` µs apart. */
export const slice: FaultKind = {
  word: 'slice',
  type: 'slicer',
  defaults: { average_size: 0, size_variation: 0, delay: 0 },
  parse(text) {
    const [sizes, delay] = (text ?? '').split('/', 2)
    const [middle, spread] = splitSpread('slice', sizes)
    return {
      average_size: readSize('slice', middle),
      size_variation: spread === undefined ? 0 : readSize('slice', spread),
      delay: delay === undefined ? 0 : readMicroseconds(delay),
    }
  },
  show(attributes) {
    const [variation, delay] = [valueOf(attributes, 'size_variation'), valueOf(attributes, 'delay')]
    const middle = showSize(valueOf(attributes, 'average_size'))
    const sizes = variation === 0 ? middle : `${middle}±${showSize(variation)}`
    return delay === 0 ? sizes : `${sizes}/${delay}us`
  },
  create(attributes, random) {
    const middle = valueOf(attributes, 'average_size')
    if (middle === 0) return new Stage()
    return new SliceStage(() => sizeOf(attributes, random), valueOf(attributes, 'delay') / 1000)
  },
}

function sizeOf(attributes: Attributes, random: () => number): number {
  const variation = valueOf(attributes, 'size_variation')
  const size = valueOf(attributes, 'average_size') + (2 * random() - 1) * variation
  return Math.max(1, Math.round(size))
}

function readMicroseconds(text: string): number {
  const match = /^(\d{1,12})(us|µs|ms|s)$/.exec(text)
  const unit = match?.[2] === 's' ? 1_000_000 : match?.[2] === 'ms' ? 1000 : 1
  if (match !== null) return Number(match[1]) * unit
  throw new UsageError(
    `--fault slice waits for a time, not ${JSON.stringify(text)}`,
    'write slice=64±16/10us, or 5ms',
  )
}
