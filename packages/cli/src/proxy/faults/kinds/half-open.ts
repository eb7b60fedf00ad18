import { loseFrom, readTime, showTime } from './amounts.js'
import { type FaultKind, valueOf } from '../fault.js'
import { type Ending, type Next, Stage } from '../stage.js'

class HalfOpenStage extends Stage {
  readonly #from: number
  #lost: Ending | undefined
  #hasLost = false

  constructor(from: number) {
    super()
    this.#from = from
  }

  override take(piece: Uint8Array, now: number, next: Next): void {
    if (now < this.#from) next.bytes(piece)
    else if (!this.#hasLost) {
      this.#hasLost = true
      loseFrom(piece, next)
    }
  }

  override finish(how: Ending, now: number, next: Next): void {
    if (now < this.#from) next.finish(how)
    else {
      this.#lost = how
      next.struck(`${how === 'reset' ? 'a reset' : 'the end'} is lost`)
    }
  }

  override leave(next: Next): void {
    if (this.#lost !== undefined) next.finish(this.#lost)
  }
}

/**
 * `after` ms after the connection was made everything is lost, ends and resets too, as when a machine is
 * unplugged: the other side thinks that it is still there.
 */
export const halfOpen: FaultKind = {
  word: 'half-open',
  type: 'half_open',
  defaults: { after: 0 },
  parse: (text) => ({ after: text === undefined ? 0 : readTime('half-open', text) }),
  show: (attributes) => {
    const after = valueOf(attributes, 'after')
    return after === 0 ? '' : showTime(after)
  },
  create: (attributes, _random, now) => new HalfOpenStage(now + valueOf(attributes, 'after')),
}
