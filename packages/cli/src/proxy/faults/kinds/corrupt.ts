import type { FaultKind } from '../fault.js'
import { shareFault } from './shares.js'
import { type Next, Stage } from '../stage.js'

class CorruptStage extends Stage {
  readonly #happens: () => boolean
  readonly #random: () => number

  constructor(happens: () => boolean, random: () => number) {
    super()
    this.#happens = happens
    this.#random = random
  }

  override take(piece: Uint8Array, _now: number, next: Next): void {
    if (!this.#happens()) {
      next.bytes(piece)
      return
    }
    const changed = Uint8Array.from(piece)
    const at = Math.floor(this.#random() * changed.length)
    const bit = Math.floor(this.#random() * 8)
    changed[at] = (changed[at] ?? 0) ^ (1 << bit)
    next.struck(`bit ${bit} of byte ${at} of ${changed.length} turned over`, {
      kind: 'changed',
      bytes: piece.length,
    })
    next.bytes(changed)
  }
}

/** In a share of the pieces one bit is turned over. */
export const corrupt: FaultKind = shareFault(
  'corrupt',
  (happens, random) => new CorruptStage(happens, random),
)
