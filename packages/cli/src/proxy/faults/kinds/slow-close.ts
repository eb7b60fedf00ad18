import { readTime, showTime } from './amounts.js'
import { Delayed } from './delayed.js'
import { type FaultKind, valueOf } from '../fault.js'
import type { Ending, Next } from '../stage.js'

class SlowCloseStage extends Delayed {
  readonly #delay: number

  constructor(delay: number) {
    super()
    this.#delay = delay
  }

  override finish(how: Ending, now: number, next: Next): void {
    if (how === 'reset') super.finish(how, now, next)
    else this.hold(how, now + this.#delay)
  }
}

/** The end of a direction arrives `delay` ms late. */
export const slowClose: FaultKind = {
  word: 'slow-close',
  type: 'slow_close',
  defaults: { delay: 0 },
  parse: (text) => ({ delay: readTime('slow-close', text) }),
  show: (attributes) => showTime(valueOf(attributes, 'delay')),
  create: (attributes) => new SlowCloseStage(valueOf(attributes, 'delay')),
}
