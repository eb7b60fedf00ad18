import { loseFrom, readTime, showTime } from './amounts.js'
import { type FaultKind, valueOf } from '../fault.js'
import { type Next, Stage } from '../stage.js'

class TimeoutStage extends Stage {
  #due: number
  #hasLost = false

  constructor(due: number) {
    super()
    this.#due = due
  }

  override get due(): number {
    return this.#due
  }

  override take(piece: Uint8Array, _now: number, next: Next): void {
    if (!this.#hasLost) loseFrom(piece, next)
    this.#hasLost = true
  }

  override advance(_now: number, next: Next): void {
    this.#due = Infinity
    next.struck('closes the connection')
    next.finish('close')
  }

  override removed(next: Next): void {
    next.finish('close')
  }
}

/**
 * All bytes are lost, and after `timeout` ms the connection is closed; 0 leaves it open. Taking the fault
 * away closes it too: what was lost cannot be made up for.
 */
export const timeout: FaultKind = {
  word: 'timeout',
  type: 'timeout',
  defaults: { timeout: 0 },
  parse: (text) => ({ timeout: readTime('timeout', text) }),
  show: (attributes) => showTime(valueOf(attributes, 'timeout')),
  create(attributes, _random, now) {
    const wait = valueOf(attributes, 'timeout')
    return new TimeoutStage(wait === 0 ? Infinity : now + wait)
  },
}
