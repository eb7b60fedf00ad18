import type { FaultKind } from '../fault.js'
import { shareFault } from './shares.js'
import { type Next, Stage } from '../stage.js'

class DropStage extends Stage {
  readonly #happens: () => boolean

  constructor(happens: () => boolean) {
    super()
    this.#happens = happens
  }

  override take(piece: Uint8Array, _now: number, next: Next): void {
    if (!this.#happens()) next.bytes(piece)
    else next.struck(`${piece.length} B dropped`, { kind: 'lost', bytes: piece.length })
  }
}

/** A share of the pieces is lost. TCP never does that; a program between two does. */
export const drop: FaultKind = shareFault('drop', (happens) => new DropStage(happens))
