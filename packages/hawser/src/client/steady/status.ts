import type { CloseInfo } from '../../connection/end/close-info.js'
import type { HawserError } from '../../errors.js'
import { LinkedMap } from '../../policy/linked-map.js'

/** It dials, or `onConnect` is at work. */
export interface ConnectingStatus {
  /** What it is at. */
  readonly state: 'connecting'
  /** Counts from 1 since it was last connected. */
  readonly attempt: number
}

/** Messages flow. */
export interface ConnectedStatus {
  /** What it is at. */
  readonly state: 'connected'
}

/** There is no connection, and another try follows. */
export interface DisconnectedStatus {
  /** What it is at. */
  readonly state: 'disconnected'
  /** Milliseconds until the next try. */
  readonly retryIn: number
  /** How the last connection ended, if there was one. */
  readonly info?: CloseInfo | undefined
  /** Why the last try failed, if it did. `cause` has what `onConnect` threw. */
  readonly error?: HawserError | undefined
}

/** It was closed, or gave up. */
export interface ClosedStatus {
  /** What it is at. */
  readonly state: 'closed'
  /** Why it gave up; undefined when it was closed. */
  readonly error?: HawserError | undefined
}

/** Where a client stands. */
export type ClientStatus = ConnectingStatus | ConnectedStatus | DisconnectedStatus | ClosedStatus

/** Changes that an iteration which is slow keeps; older ones are dropped. */
const kept = 64

let change: (feed: StatusFeed, status: ClientStatus) => void

/** A client is at something else now. */
export function changeStatus(feed: StatusFeed, status: ClientStatus): void {
  change(feed, status)
}

/** What a client is at now, and every change of it. */
export class StatusFeed implements AsyncIterable<ClientStatus> {
  #current: ClientStatus = { state: 'connecting', attempt: 1 }
  readonly #readers = new Set<Reader>()
  static {
    change = (feed, status) => feed.#change(status)
  }

  /** What it is at now. */
  get current(): ClientStatus {
    return this.#current
  }

  /** `connecting`, `connected`, `disconnected` or `closed`. */
  get state(): ClientStatus['state'] {
    return this.#current.state
  }

  #change(status: ClientStatus): void {
    this.#current = status
    for (const reader of this.#readers) reader.push(status)
    if (status.state === 'closed') this.#readers.clear()
  }

  /** What it is at, and then every change, until it is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<ClientStatus, undefined> {
    const reader = new Reader((done) => this.#readers.delete(done))
    this.#readers.add(reader)
    reader.push(this.#current)
    return reader
  }
}

type Result = IteratorResult<ClientStatus, undefined>

class Reader implements AsyncIterableIterator<ClientStatus, undefined> {
  readonly #queue: ClientStatus[] = []
  readonly #waiting = new LinkedMap<(result: Result) => void, undefined>()
  readonly #left: (reader: Reader) => void
  #over = false

  constructor(left: (reader: Reader) => void) {
    this.#left = left
  }

  push(status: ClientStatus): void {
    if (this.#over) return
    const waiter = this.#waiting.oldest?.key
    if (waiter !== undefined) this.#settle(waiter, { done: false, value: status })
    else if (this.#queue.push(status) > kept) this.#queue.shift()
    if (status.state === 'closed') this.#finish()
  }

  next(): Promise<Result> {
    const value = this.#queue.shift()
    if (value !== undefined) return Promise.resolve({ done: false, value })
    if (this.#over) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => {
      this.#waiting.set(resolve, undefined)
    })
  }

  return(): Promise<Result> {
    this.#queue.length = 0
    this.#finish()
    return Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  #finish(): void {
    this.#over = true
    this.#left(this)
    for (let first = this.#waiting.oldest; first !== undefined; first = this.#waiting.oldest) {
      this.#settle(first.key, { done: true, value: undefined })
    }
  }

  #settle(waiter: (result: Result) => void, result: Result): void {
    this.#waiting.delete(waiter)
    waiter(result)
  }
}
