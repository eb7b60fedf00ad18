import { loseFrom, readTime, showTime } from './amounts.js'
import { type FaultKind, valueOf } from '../fault.js'
import { type Ending, type Next, Stage } from '../stage.js'

class ResetStage extends Stage {
  readonly #wait: number
  #due = Infinity

  constructor(wait: number) {
    super()
    this.#wait = wait
  }

  override get due(): number {
    return this.#due
  }

  override take(piece: Uint8Array, now: number, next: Next): void {
    if (this.#due === Infinity) loseFrom(piece, next)
    this.#begin(now)
  }

  override finish(how: Ending, now: number, next: Next): void {
    if (how === 'reset') next.finish(how)
    else this.#begin(now)
  }

  override advance(_now: number, next: Next): void {
    next.struck('resets the connection')
    next.finish('reset')
  }

  #begin(now: number): void {
    if (this.#due === Infinity) this.#due = now + this.#wait
  }
}

/** From the first byte on, all bytes are lost, and `timeout` ms after it the connection is reset. */
export const reset: FaultKind = {
  word: 'reset',
  type: 'reset_peer',
  defaults: { timeout: 0 },
  parse: (text) => ({ timeout: text === undefined ? 0 : readTime('reset', text) }),
  show: (attributes) => {
    const wait = valueOf(attributes, 'timeout')
    return wait === 0 ? '' : showTime(wait)
  },
  create: (attributes) => new ResetStage(valueOf(attributes, 'timeout')),
}
