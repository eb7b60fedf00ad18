import { valueOf } from '../../callbacks.js'
import { FramingError } from '../../errors.js'
import type { Correlator, IdentifiedReplies, Verdict } from './correlation.js'
import type { Pending, Source } from './pending.js'
import { verdictOn } from './verdict-on.js'

type Id = string | number | bigint

/** Replies by the id of their requests. */
export class IdentifiedCorrelator<In, Out> implements Correlator<In, Out> {
  readonly first = undefined
  readonly #rules: IdentifiedReplies<In, Out>
  readonly #requests = new Map<Id, Pending<In, unknown>>()
  readonly #most: number
  #sequence = 0

  constructor(rules: IdentifiedReplies<In, Out>, most: number) {
    this.#rules = rules
    this.#most = most
  }

  get size(): number {
    return this.#requests.size
  }

  get isFull(): boolean {
    return this.size >= this.#most
  }

  get waiting(): Pending<In, unknown>[] {
    return [...this.#requests.values()].filter(({ settled }) => !settled)
  }

  prepare(message: Out, pending: Pending<In, unknown>): Out {
    this.#sequence = this.#sequence >= 0x7fff_ffff ? 1 : this.#sequence + 1
    while (this.#requests.has(this.#sequence)) this.#sequence += 1
    const identified = valueOf('correlate.identify', this.#rules.identify(message, this.#sequence))
    if (this.#requests.has(identified.id)) {
      throw new FramingError(
        'HAWSER_MESSAGE_INVALID',
        `a request with the id ${String(identified.id)} is waiting for its reply on this connection: give each its own`,
        { op: 'encode' },
      )
    }
    pending.id = identified.id
    return identified.message
  }

  commit(pending: Pending<In, unknown>): void {
    this.#requests.set(pending.id as Id, pending)
  }

  cancel(): void {}

  receive(message: In, source: Source): Verdict {
    const id = valueOf('correlate.idOf', this.#rules.idOf(message))
    if (id === undefined) return 'push'
    const pending = this.#requests.get(id)
    // Given up, replied to before, or never asked: it goes to no other request.
    if (pending === undefined) return 'late'
    const wasSettled = pending.settled
    const progress = pending.accept(message, source)
    if (progress === 'whole') this.#requests.delete(id)
    return verdictOn(progress, wasSettled)
  }

  giveUp(pending: Pending<In, unknown>): void {
    const id = pending.id as Id
    if (this.#requests.get(id) === pending) this.#requests.delete(id)
  }
}
