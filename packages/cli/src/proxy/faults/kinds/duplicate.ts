import type { FaultKind } from '../fault.js'
import { shareFault } from './shares.js'
import { type Next, Stage } from '../stage.js'

class DuplicateStage extends Stage {
  readonly #happens: () => boolean

  constructor(happens: () => boolean) {
    super()
    this.#happens = happens
  }

  override take(piece: Uint8Array, _now: number, next: Next): void {
    next.bytes(piece)
    if (!this.#happens()) return
    next.struck(`${piece.length} B sent twice`, { kind: 'repeated', bytes: piece.length })
    next.bytes(piece)
  }
}

/** A share of the pieces arrives twice. */
export const duplicate: FaultKind = shareFault(
  'duplicate',
  (happens) => new DuplicateStage(happens),
)
