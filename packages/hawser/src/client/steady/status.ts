import type { CloseInfo } from '../../connection/end/close-info.js'
import type { HawserError } from '../../errors.js'
import { Handover } from '../../policy/handover.js'

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
  readonly #readers = new Set<Changes>()
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
    const changes = new Changes()
    changes.push(this.#current)
    if (this.state !== 'closed') this.#readers.add(changes)
    return changes.iterate(() => this.#readers.delete(changes))
  }
}

/** The changes that one iteration has not taken yet. */
class Changes {
  readonly #waiting: ClientStatus[] = []
  readonly #handover = new Handover<ClientStatus>({ take: () => this.#take() })

  push(status: ClientStatus): void {
    const isTaken = this.#handover.give(status)
    if (!isTaken && this.#waiting.push(status) > kept) this.#waiting.shift()
    if (status.state === 'closed') this.#handover.end()
  }

  iterate(left: () => void): AsyncIterableIterator<ClientStatus, undefined> {
    return this.#handover.iterate(left)
  }

  #take(): { readonly value: ClientStatus } | undefined {
    const value = this.#waiting.shift()
    return value && { value }
  }
}
