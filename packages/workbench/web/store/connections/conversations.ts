import { computed, effect, type ReadonlySignal, signal } from '@preact/signals'
import type { Push } from '../../../src/protocol/replies.js'
import type { Backend } from '../../backend/backend.js'
import { showPlace } from '../../bytes/show-place.js'
import { EventFeed, type FedEvent } from '../event-feed.js'

/** A connection as the log tells of it, also when it is over. */
export interface Conversation {
  /** The number of the connection in the log. */
  readonly id: number
  /** The session of this workbench that it is of. */
  readonly session?: number
  /** Where the peer is; empty when that is too long ago. */
  readonly remote: string
  /** Milliseconds since 1970. */
  readonly opened?: number
  readonly closed?: number
  /** Why it was closed. */
  readonly end?: Readonly<Record<string, unknown>>
  readonly bytesRead?: number
  readonly bytesWritten?: number
}

/** Events that are read of a log, and connections that are kept: of more, the last ones. */
const mostKept = 4_000

/** The connections of the log that is shown. It is looked through only while somewhere they are shown. */
export class Conversations {
  /** Those that are there now, by their numbers. */
  readonly #all = new Map<number, Conversation>()
  readonly #changes = signal(0)
  readonly #feed: EventFeed
  readonly #log: ReadonlySignal<number>
  readonly #isUsed: ReadonlySignal<boolean>
  /** The newest first. */
  readonly newest: ReadonlySignal<readonly Conversation[]> = computed(() => {
    void this.#changes.value
    return [...this.#all.values()].toReversed()
  })

  /**
   * @param log the log that is shown: 0 for that of the workbench
   * @param isUsed whether they are shown somewhere
   */
  constructor(backend: Backend, log: ReadonlySignal<number>, isUsed: ReadonlySignal<boolean>) {
    this.#log = log
    this.#isUsed = isUsed
    this.#feed = new EventFeed(backend, {
      ...{ names: ['open', 'close'], most: mostKept },
      onBegin: () => {
        this.#all.clear()
        this.#changes.value = this.#changes.peek() + 1
      },
      onEvents: (events) => this.#take(events),
    })
    let isOpen = false
    effect(() => {
      if (isUsed.value) this.#feed.open(log.value)
      else if (isOpen) this.#feed.close()
      isOpen = isUsed.value
    })
  }

  /** The session of a connection; undefined when that is too long ago. */
  sessionOf(connection: number): number | undefined {
    void this.#changes.value
    return this.#all.get(connection)?.session
  }

  /** The page is connected again. */
  reopen(): void {
    if (this.#isUsed.value) this.#feed.open(this.#log.value)
  }

  /** @returns whether it was about them */
  take(push: Extract<Push, { readonly push: 'view' }>): boolean {
    return this.#feed.take(push)
  }

  #take(events: readonly FedEvent[]): void {
    for (const fed of events) {
      const { connection } = fed.row
      const known = this.#all.get(connection) ?? { id: connection, remote: '' }
      this.#all.set(connection, { ...known, ...learn(fed) })
      if (this.#all.size <= mostKept) continue
      const [oldest = 0] = this.#all.keys()
      this.#all.delete(oldest)
    }
    this.#changes.value += 1
  }
}

function learn({ row: { time }, event }: FedEvent): Partial<Conversation> {
  if (event['event'] === 'open') {
    const { remoteAddress, remotePort, session } = event
    return {
      ...{ opened: time, remote: showPlace(remoteAddress, remotePort) },
      ...(typeof session === 'number' ? { session } : {}),
    }
  }
  const { bytesRead, bytesWritten } = event
  return {
    ...{ closed: time, end: event },
    ...(typeof bytesRead === 'number' ? { bytesRead } : {}),
    ...(typeof bytesWritten === 'number' ? { bytesWritten } : {}),
  }
}
