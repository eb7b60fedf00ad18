import { valueOf } from '../../callbacks.js'
import type { Correlator, OrderedReplies, Verdict } from './correlation.js'
import type { Pending } from './pending.js'

/** Replies in the order of their requests. One that was given up keeps its place: its reply will come. */
export class OrderedCorrelator<In, Out> implements Correlator<In, Out> {
  readonly isInOrder = true
  readonly #isPush: ((message: In) => boolean) | undefined
  readonly #most: number
  #requests: (Pending<In> | undefined)[] = []
  #head = 0

  constructor({ isPush }: OrderedReplies<In>, most: number) {
    this.#isPush = isPush
    this.#most = most
  }

  get size(): number {
    return this.#requests.length - this.#head
  }

  get isFull(): boolean {
    return this.size >= this.#most
  }

  get waiting(): Pending<In>[] {
    return this.#requests.filter(
      (pending): pending is Pending<In> => pending !== undefined && !pending.settled,
    )
  }

  prepare(message: Out): Out {
    return message
  }

  commit(pending: Pending<In>): void {
    this.#requests.push(pending)
  }

  cancel(): void {}

  receive(message: In): Verdict {
    const isPush = this.#isPush
    if (isPush !== undefined && valueOf('correlate.isPush', isPush(message))) return 'push'
    if (this.size === 0) return this.#isPush === undefined ? 'push' : 'unexpected'
    const pending = this.#requests[this.#head]
    this.#requests[this.#head] = undefined
    this.#head += 1
    if (this.#head === this.#requests.length) {
      this.#requests.length = 0
      this.#head = 0
    } else if (this.#head > 1_024 && this.#head * 2 > this.#requests.length) {
      this.#requests = this.#requests.slice(this.#head)
      this.#head = 0
    }
    if (pending === undefined || pending.settled) return 'late'
    pending.resolve(message)
    return 'reply'
  }

  giveUp(): void {}
}
