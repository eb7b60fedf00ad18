import type { ProxyClosedEvent } from '../../output/events.js'
import type { Way } from '../faults/fault.js'
import type { Effect } from '../faults/stage.js'
import type { ConnectionRecord } from '../recorder.js'

/** A piece of which it is not known yet what becomes of it. */
interface Open {
  readonly piece: Uint8Array
  readonly effects: Effect[]
  /** What was done to it, to be written behind it. */
  readonly done: (() => void)[]
}

/**
 * Writes pieces as they came, once it is known what rules and faults make of them: a piece that is passed on
 * otherwise has a flag.
 */
export class Ledger {
  readonly #record: ConnectionRecord
  readonly #open: Record<Way, Open | undefined> = { up: undefined, down: undefined }

  constructor(record: ConnectionRecord) {
    this.#record = record
  }

  /** Bytes came in. */
  came(way: Way, piece: Uint8Array): void {
    this.settled(way)
    this.#open[way] = { piece, effects: [], done: [] }
  }

  /** Nothing more is decided on what came last. */
  settled(way: Way): void {
    const open = this.#open[way]
    if (open === undefined) return
    this.#open[way] = undefined
    this.#record.came(way, open.piece, open.effects)
    for (const write of open.done) write()
  }

  ended(way: Way): void {
    this.settled(way)
    this.#record.ended(way)
  }

  /** A fault meets it, or did something to it. */
  fault(way: Way, name: string, fault: string, what?: string, effect?: Effect): void {
    this.#note(way, effect, () => this.#record.fault(way, name, fault, what, effect))
  }

  /** A rule was applied. */
  ruled(way: Way, rule: string, what: string, effect?: Effect): void {
    this.#note(way, effect, () => this.#record.ruled(way, rule, what, effect))
  }

  closed(event: ProxyClosedEvent): void {
    this.settled('up')
    this.settled('down')
    this.#record.closed(event)
  }

  #note(way: Way, effect: Effect | undefined, write: () => void): void {
    const open = this.#open[way]
    if (open === undefined) {
      write()
      return
    }
    if (effect !== undefined) open.effects.push(effect)
    open.done.push(write)
  }
}
