import { valueOf } from '../../callbacks.js'
import type { Correlator, OrderedReplies, Verdict } from './correlation.js'
import type { Pending, Source } from './pending.js'
import { verdictOn } from './verdict-on.js'

/** Replies in the order of their requests. One that was given up keeps its place: its reply will come. */
export class OrderedCorrelator<In, Out> implements Correlator<In, Out> {
  readonly #isPush: ((message: In) => boolean) | undefined
  readonly #mayPush: boolean
  readonly #most: number
  /** Whether there was a request, so that a message can be a second reply to it. */
  #wasAsked = false
  #requests: (Pending<In, unknown> | undefined)[] = []
  #head = 0

  constructor({ isPush, unsolicited }: OrderedReplies<In>, most: number) {
    this.#isPush = isPush
    this.#mayPush = unsolicited === 'push'
    this.#most = most
  }

  get size(): number {
    return this.#requests.length - this.#head
  }

  get first(): Pending<In, unknown> | undefined {
    return this.#requests[this.#head]
  }

  get isFull(): boolean {
    return this.size >= this.#most
  }

  get waiting(): Pending<In, unknown>[] {
    return this.#requests.filter(
      (pending): pending is Pending<In, unknown> => pending !== undefined && !pending.settled,
    )
  }

  prepare(message: Out): Out {
    return message
  }

  commit(pending: Pending<In, unknown>): void {
    this.#wasAsked = true
    this.#requests.push(pending)
  }

  cancel(): void {}

  receive(message: In, source: Source): Verdict {
    const isPush = this.#isPush
    if (isPush !== undefined && valueOf('correlate.isPush', isPush(message))) return 'push'
    const pending = this.#requests[this.#head]
    if (pending === undefined) {
      const isPushed = this.#mayPush || (isPush === undefined && !this.#wasAsked)
      return isPushed ? 'push' : 'unexpected'
    }
    const wasSettled = pending.settled
    const progress = pending.accept(message, source)
    if (progress === 'whole') this.#shift()
    return verdictOn(progress, wasSettled)
  }

  giveUp(): void {}

  #shift(): void {
    this.#requests[this.#head] = undefined
    this.#head += 1
    if (this.#head === this.#requests.length) {
      this.#requests.length = 0
      this.#head = 0
    } else if (this.#head > 1_024 && this.#head * 2 > this.#requests.length) {
      this.#requests = this.#requests.slice(this.#head)
      this.#head = 0
    }
  }
}
