import { Deadlines } from '../../policy/deadlines.js'
import type { HawserError } from '../../errors.js'
import type { Clock } from '../../policy/clock.js'
import { messageSize, queuedOverhead, withoutPinned } from './message-size.js'
import type { Pending } from '../correlators/pending.js'

/** A message that waits to be sent. */
export interface Outgoing<In, Out> {
  readonly message: Out
  /** A request; it settles with its reply. */
  readonly request?: Pending<In, unknown> | undefined
  /** A message without a reply; it settles when it was sent. */
  readonly waiter?: Pending<void> | undefined
}

/** How much may wait. */
export interface QueueLimits {
  readonly maxQueued: number
  readonly maxQueuedBytes: number
}

interface Entry<In, Out> extends Outgoing<In, Out> {
  /** Bytes of memory it takes. */
  readonly size: number
}

/** Messages that wait for a connection, or for room on it: bounded in number, in memory and in time. */
export class OutgoingQueue<In, Out> {
  readonly #limits: QueueLimits
  readonly #clock: Clock
  readonly #deadlines: Deadlines
  readonly #expired: (pending: Pending<never, unknown>) => HawserError
  #entries: Entry<In, Out>[] = []
  #bytes = 0
  #head = 0
  #isDraining = false
  /** Some may be there that no caller waits for. */
  #isStale = false

  /** @param expired the error for one whose time is up */
  constructor(
    limits: QueueLimits,
    clock: Clock,
    expired: (pending: Pending<never, unknown>) => HawserError,
  ) {
    this.#limits = limits
    this.#clock = clock
    this.#expired = expired
    this.#deadlines = new Deadlines(clock, () => this.#expire())
  }

  /** How many wait. */
  get size(): number {
    if (this.#isStale) this.#purge()
    return this.#entries.length - this.#head
  }

  /** Bytes of memory that those that wait take. */
  get bytes(): number {
    if (this.#isStale) this.#purge()
    return this.#bytes
  }

  /** What all of them wait for. */
  get promises(): Promise<unknown>[] {
    return this.#entries.slice(this.#head).map((entry) => pendingOf(entry).promise)
  }

  /**
   * Take a message. One alone may be of any size.
   *
   * @returns which limit is reached, with nothing taken; undefined when it was taken
   */
  push(entry: Outgoing<In, Out>): keyof QueueLimits | undefined {
    if (this.size >= this.#limits.maxQueued) return 'maxQueued'
    const size = sizeOf(entry.message)
    if (this.size > 0 && this.#bytes + size > this.#limits.maxQueuedBytes) return 'maxQueuedBytes'
    this.#entries.push({ ...entry, message: withoutPinned(entry.message), size })
    this.#bytes += size
    const { deadline } = pendingOf(entry)
    this.#deadlines.expect(deadline, this.#clock.now())
    return undefined
  }

  /** Put requests that were sent before in front of all others, whatever the limits. */
  putFirst(requests: readonly Outgoing<In, Out>[]): void {
    this.#forgetTaken()
    const entries = requests.map((each) => ({ ...each, size: sizeOf(each.message) }))
    this.#entries.unshift(...entries)
    const now = this.#clock.now()
    for (const entry of entries) {
      this.#bytes += entry.size
      this.#deadlines.expect(pendingOf(entry).deadline, now)
    }
  }

  /** A caller that may be among them waits no more. */
  gaveUp(): void {
    this.#isStale = true
  }

  /** Hand them out in order, until `take` returns false. */
  drain(take: (entry: Outgoing<In, Out>) => boolean): void {
    this.#isDraining = true
    this.#handOut(take)
    this.#isDraining = false
  }

  #handOut(take: (entry: Outgoing<In, Out>) => boolean): void {
    while (this.#head < this.#entries.length) {
      const entry = this.#entries[this.#head] as Entry<In, Out>
      if (!pendingOf(entry).settled && !take(entry)) return
      this.#head += 1
      this.#bytes -= entry.size
      if (this.#head > 1_024 && this.#head * 2 > this.#entries.length) this.#forgetTaken()
    }
    this.#entries.length = 0
    this.#head = 0
    this.#deadlines.cancel()
  }

  /**
   * None of them will be sent.
   *
   * @param errorOf what each of them is rejected with
   */
  reject(errorOf: (pending: Pending<never, unknown>) => HawserError): void {
    const entries = this.#entries.slice(this.#head)
    this.#entries = []
    this.#head = 0
    this.#bytes = 0
    this.#deadlines.cancel()
    for (const entry of entries) {
      const pending = pendingOf(entry)
      pending.reject(errorOf(pending))
    }
  }

  #expire(): void {
    const now = this.#clock.now()
    let next = Infinity
    for (const entry of this.#entries.slice(this.#head)) {
      const pending = pendingOf(entry)
      if (pending.deadline <= now) pending.reject(this.#expired(pending))
      else if (!pending.settled) next = Math.min(next, pending.deadline)
    }
    this.#purge()
    this.#deadlines.expect(next, now)
  }

  /** Forget those that no caller waits for. */
  #purge(): void {
    if (this.#isDraining) return
    this.#isStale = false
    this.#forgetTaken()
    this.#entries = this.#entries.filter((entry) => !pendingOf(entry).settled)
    this.#bytes = this.#entries.reduce((sum, { size }) => sum + size, 0)
  }

  #forgetTaken(): void {
    this.#entries = this.#entries.slice(this.#head)
    this.#head = 0
  }
}

/** Bytes of memory that a message takes while it waits. */
export function sizeOf(message: unknown): number {
  return messageSize(message) + queuedOverhead
}

function pendingOf<In, Out>({ request, waiter }: Outgoing<In, Out>): Pending<never, unknown> {
  return (request ?? waiter) as Pending<never, unknown>
}
