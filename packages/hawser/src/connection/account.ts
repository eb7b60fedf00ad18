import { ConnectionError } from '../errors.js'
import { type BudgetHolder, privateAllowance } from '../policy/budget.js'
import type { Engine } from './engine.js'

/**
 * What one connection draws from the memory of its server: its inbox and its outbox, beyond 64 KiB
 * each. Made only for connections that ever hold that much.
 */
export class Account<In, Out> implements BudgetHolder {
  progressAt: number
  readonly #engine: Engine<In, Out>
  #held = 0

  constructor(engine: Engine<In, Out>) {
    this.#engine = engine
    this.progressAt = engine.settings.clock.now()
  }

  /** What both directions hold beyond what each connection may hold anyway. */
  static excess(received: number, unsent: number): number {
    return Math.max(0, received - privateAllowance) + Math.max(0, unsent - privateAllowance)
  }

  hold(bytes: number): void {
    if (bytes === this.#held) return
    const { budget, clock } = this.#engine.settings
    if (bytes < this.#held || this.#held === 0) this.progressAt = clock.now()
    this.#held = bytes
    budget.hold(this, bytes)
  }

  evict(used: number, limit: number): void {
    const text =
      `the buffers of all connections hold ${used} bytes and may hold ${limit} (memory): this one, ` +
      `with ${this.#held} bytes, had been without progress the longest; raise memory, or lower maxConnections`
    const error = new ConnectionError('HAWSER_MEMORY_FULL', text, {
      op: 'read',
      ...this.#engine.details,
    })
    this.#engine.fail(error, true)
    this.hold(0)
  }
}
