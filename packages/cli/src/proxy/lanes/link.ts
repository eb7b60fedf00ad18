import type { Chance } from '../faults/chance.js'
import type { Fault } from '../faults/fault.js'
import { type Effect, type Ending, type Next, Stage } from '../faults/stage.js'

/** A fault in a lane, and the way out of its stage. */
export class Link implements Next {
  fault: Fault
  readonly chance: Chance
  stage: Stage = new Stage()
  readonly #next: Next

  constructor(fault: Fault, chance: Chance, next: Next) {
    this.fault = fault
    this.chance = chance
    this.#next = next
  }

  bytes(piece: Uint8Array): void {
    this.#next.bytes(piece)
  }

  finish(how: Ending): void {
    this.#next.finish(how)
  }

  struck(what: string, effect?: Effect): void {
    this.#next.struck(what, effect)
  }
}
