import { readSize, showSize } from './amounts.js'
import { type FaultKind, valueOf } from '../fault.js'
import { type Next, Stage } from '../stage.js'

class LimitStage extends Stage {
  readonly #limit: number
  /** Bytes that went through. */
  passed: number
  #isOver = false

  constructor(limit: number, passed: number) {
    super()
    this.#limit = limit
    this.passed = passed
  }

  override take(piece: Uint8Array, _now: number, next: Next): void {
    if (this.#isOver) return
    const part = piece.subarray(0, Math.max(0, this.#limit - this.passed))
    this.passed += part.length
    if (part.length > 0) next.bytes(part)
    if (this.passed < this.#limit) return
    this.#isOver = true
    const lost = piece.length - part.length
    next.struck(
      `closes the connection after ${this.passed} bytes`,
      lost > 0 ? { kind: 'lost', bytes: lost } : undefined,
    )
    next.finish('close')
  }
}

/** After `bytes` bytes the connection is closed. */
export const limit: FaultKind = {
  word: 'limit',
  type: 'limit_data',
  defaults: { bytes: 0 },
  parse: (text) => ({ bytes: readSize('limit', text) }),
  show: (attributes) => showSize(valueOf(attributes, 'bytes')),
  create(attributes, _random, _now, before) {
    // One that is changed goes on counting.
    const passed = before instanceof LimitStage ? before.passed : 0
    return new LimitStage(valueOf(attributes, 'bytes'), passed)
  },
}
