import { valueOf } from '../../callbacks.js'
import { LinkedMap } from '../../policy/linked-map.js'
import type { Correlator, IdRange, NumberedReplies, Verdict } from './correlation.js'
import type { Pending } from './pending.js'

/**
 * Replies by the id of their requests, of which there are only so many. One that is free has no reply to
 * come: that of a request that was given up rests until its reply is there.
 */
export class NumberedCorrelator<In, Out> implements Correlator<In, Out> {
  readonly isInOrder = false
  readonly #rules: NumberedReplies<In, Out>
  readonly #mostWaiting: number
  /** Those that are taken; undefined for one that rests. */
  readonly #requests = new Map<number, Pending<In> | undefined>()
  /** Those that were used and are free again, the one used longest ago first. */
  readonly #freed = new LinkedMap<number, true>()
  /** From here on, none was ever used. */
  #fresh: number
  #resting = 0

  constructor(rules: NumberedReplies<In, Out>, mostWaiting: number) {
    this.#rules = rules
    this.#mostWaiting = mostWaiting
    this.#fresh = next(rules.ids, rules.ids.from)
  }

  get size(): number {
    return this.#requests.size - this.#resting
  }

  get isFull(): boolean {
    return this.size >= this.#mostWaiting || (!this.#hasFresh && this.#freed.size === 0)
  }

  get waiting(): Pending<In>[] {
    return [...this.#requests.values()].filter((pending) => pending !== undefined)
  }

  prepare(message: Out, pending: Pending<In>): Out {
    const id = this.#take()
    pending.id = id
    try {
      return valueOf('correlate.identify', this.#rules.identify(message, id))
    } catch (error) {
      this.cancel(pending)
      throw error
    }
  }

  commit(pending: Pending<In>): void {
    this.#requests.set(pending.id as number, pending)
  }

  cancel(pending: Pending<In>): void {
    this.#freed.set(pending.id as number, true)
  }

  receive(message: In): Verdict {
    const id = valueOf('correlate.idOf', this.#rules.idOf(message))
    if (id === undefined || id === this.#rules.ids.unsolicited) return 'push'
    // Replied to before, or never asked.
    if (!this.#requests.has(id)) return 'late'
    const pending = this.#requests.get(id)
    this.#requests.delete(id)
    this.#freed.set(id, true)
    if (pending === undefined) {
      this.#resting -= 1
      return 'late'
    }
    pending.resolve(message)
    return 'reply'
  }

  giveUp(pending: Pending<In>): void {
    const id = pending.id as number
    if (this.#requests.get(id) !== pending) return
    this.#requests.set(id, undefined)
    this.#resting += 1
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
