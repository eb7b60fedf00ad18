import { valueOf } from '../../callbacks.js'
import { LinkedMap } from '../../policy/linked-map.js'
import type { Correlator, IdRange, NumberedReplies, Verdict } from './correlation.js'
import type { Pending, Source } from './pending.js'
import { verdictOn } from './verdict-on.js'

/**
 * Replies by the id of their requests, of which there are only so many. One that is free has no reply to
 * come: that of a request that was given up rests until its reply is there.
 */
export class NumberedCorrelator<In, Out> implements Correlator<In, Out> {
  readonly first = undefined
  readonly #rules: NumberedReplies<In, Out>
  readonly #mostWaiting: number
  /** By the ids that are taken. */
  readonly #requests = new Map<number, Pending<In, unknown>>()
  /** Those of them whose id rests. */
  readonly #resting = new Set<Pending<In, unknown>>()
  /** Those that were used and are free again, the one used longest ago first. */
  readonly #freed = new LinkedMap<number, true>()
  /** From here on, none was ever used. */
  #fresh: number

  constructor(rules: NumberedReplies<In, Out>, mostWaiting: number) {
    this.#rules = rules
    this.#mostWaiting = mostWaiting
    this.#fresh = next(rules.ids, rules.ids.from)
  }

  get size(): number {
    return this.#requests.size - this.#resting.size
  }

  get isFull(): boolean {
    return this.size >= this.#mostWaiting || (!this.#hasFresh && this.#freed.size === 0)
  }

  get waiting(): Pending<In, unknown>[] {
    return [...this.#requests.values()].filter(({ settled }) => !settled)
  }

  prepare(message: Out, pending: Pending<In, unknown>): Out {
    const id = this.#take()
    pending.id = id
    try {
      return valueOf('correlate.identify', this.#rules.identify(message, id))
    } catch (error) {
      this.cancel(pending)
      throw error
    }
  }

  commit(pending: Pending<In, unknown>): void {
    this.#requests.set(pending.id as number, pending)
  }

  cancel(pending: Pending<In, unknown>): void {
    this.#freed.set(pending.id as number, true)
  }

  receive(message: In, source: Source): Verdict {
    const id = valueOf('correlate.idOf', this.#rules.idOf(message))
    if (id === undefined || id === this.#rules.ids.unsolicited) return 'push'
    const pending = this.#requests.get(id)
    // Replied to before, or never asked.
    if (pending === undefined) return 'late'
    const wasSettled = pending.settled
    const progress = pending.accept(message, source)
    if (progress === 'whole') this.#free(id, pending)
    else if (pending.settled) this.giveUp(pending)
    return verdictOn(progress, wasSettled)
  }

  giveUp(pending: Pending<In, unknown>): void {
    const id = pending.id as number
    if (this.#requests.get(id) === pending) this.#resting.add(pending)
  }

  #free(id: number, pending: Pending<In, unknown>): void {
    this.#requests.delete(id)
    this.#resting.delete(pending)
    this.#freed.set(id, true)
  }

  get #hasFresh(): boolean {
    return this.#fresh <= this.#rules.ids.to
  }

  #take(): number {
    if (this.#hasFresh) {
      const id = this.#fresh
      this.#fresh = next(this.#rules.ids, id + 1)
      return id
    }
    const id = this.#freed.oldest?.key as number
    this.#freed.delete(id)
    return id
  }
}

function next({ unsolicited }: IdRange, id: number): number {
  return id === unsolicited ? id + 1 : id
}
