import { type BudgetHolder, privateAllowance } from '../../policy/budget.js'
import { ConnectionError, type ErrorDetails, type HawserError } from '../../errors.js'
import type { Settings } from '../connection-settings.js'

/** What an account needs of its connection. */
export interface AccountHost {
  readonly settings: Pick<Settings<never, never>, 'budget' | 'clock'>
  /** Both ends' names, for errors. */
  readonly details: ErrorDetails
  fail(error: HawserError, abrupt: boolean): void
}

/** One direction of a connection. */
export interface Holding {
  /** Bytes of memory that it takes above `allowance`. */
  heldBeyond(allowance: number): number
}

/**
 * What one connection draws from the memory of its server: its inbox and its outbox, beyond 64 KiB
 * each. Made only for connections that ever hold that much.
 */
export class Account implements BudgetHolder {
  progressAt: number
  readonly #host: AccountHost
  #held = 0

  constructor(host: AccountHost) {
    this.#host = host
    this.progressAt = host.settings.clock.now()
  }

  /** What both directions hold beyond what each connection may hold anyway. */
  static excess(receiver: Holding, sender: Holding | undefined): number {
    return receiver.heldBeyond(privateAllowance) + (sender?.heldBeyond(privateAllowance) ?? 0)
  }

  hold(bytes: number): void {
    if (bytes === this.#held) return
    const { budget, clock } = this.#host.settings
    if (bytes < this.#held || this.#held === 0) this.progressAt = clock.now()
    this.#held = bytes
    budget.hold(this, bytes)
  }

  evict(used: number, limit: number): void {
    const held = this.#held
    const error = new ConnectionError(
      'HAWSER_MEMORY_FULL',
      (memory) =>
        `the buffers of all connections hold ${used} bytes and may hold ${limit} (${memory}): this one, ` +
        `with ${held} bytes, had been without progress the longest`,
      {
        op: 'read',
        ...this.#host.details,
        option: 'memory',
        remedy: (memory) => `raise ${memory}, or lower maxConnections`,
      },
    )
    this.#host.fail(error, true)
    this.hold(0)
  }
}
