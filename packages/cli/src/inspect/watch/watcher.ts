import type {
  Bytes,
  InspectionHandler,
  SeenBytes,
  SeenClose,
  SeenConnection,
  SeenEvent,
  SeenThread,
} from '@hawser/inspect'
import type { SeenSumEvent } from '../../output/seen.js'
import { Conversation } from './conversation.js'
import { sayHooks } from './hooks.js'
import { isAmong, type Only } from './only.js'
import type { Reporter } from './reporter.js'

/** Puts together what an inspection says, and hands on those connections that are to be seen. */
export class Watcher implements InspectionHandler {
  readonly #only: readonly Only[] | undefined
  readonly #reporters: readonly Reporter[]
  readonly #open = new Map<number, Conversation>()
  readonly #said = new Set<string>()
  #threads = 0
  #connections = 0
  readonly #bytes = { in: 0, out: 0 }
  readonly #lost = { in: 0, out: 0 }
  #isOver = false

  constructor(only: readonly Only[] | undefined, reporters: readonly Reporter[]) {
    this.#only = only
    this.#reporters = reporters
  }

  /** Threads that have reported so far. */
  get threads(): number {
    return this.#threads
  }

  /** Connections that were seen so far. */
  get connections(): number {
    return this.#connections
  }

  /** Bytes of all of them. */
  get passed(): Bytes {
    return this.#bytes
  }

  /** Nothing is handed on any more: what is open goes on without the inspector. */
  end(): SeenSumEvent {
    this.#isOver = true
    return {
      event: 'seen',
      connections: this.#connections,
      threads: this.#threads,
      open: [...this.#open.values()].filter(({ isBegun }) => isBegun).length,
      ...this.#bytes,
      lost: this.#lost,
    }
  }

  thread(thread: SeenThread, time: number): void {
    this.#threads++
    for (const reporter of this.#reporters) reporter.thread(thread, time)
    // A cluster has many threads that lack the same.
    const lack = sayHooks(thread)
    if (lack === undefined || this.#said.has(lack)) return
    this.#said.add(lack)
    this.trouble(lack)
  }

  threadEnded(thread: SeenThread): void {
    if (this.#isOver) return
    for (const reporter of this.#reporters) reporter.threadEnded(thread)
  }

  open(connection: SeenConnection, time: number): void {
    this.#open.set(connection.id, new Conversation(connection, time))
    // Where it leads is known when it stands.
    if (connection.role !== 'connect') this.#begin(connection)
  }

  bytes(connection: SeenConnection, seen: SeenBytes, time: number): void {
    const conversation = this.#begin(connection)
    if (conversation === undefined) return
    this.#bytes[seen.direction] += seen.bytes.length
    if (conversation.protocol.learn(seen.direction, seen.bytes)) {
      for (const reporter of this.#reporters) reporter.protocol(conversation, time)
    }
    for (const reporter of this.#reporters) reporter.bytes(conversation, seen, time)
  }

  event(connection: SeenConnection, event: SeenEvent, time: number): void {
    const isBegun = this.#open.get(connection.id)?.isBegun === true
    // It is said when it is known where it leads, or that it has closed.
    if (event.event === 'unseen' && !isBegun && connection.remote === undefined) return
    const conversation = this.#begin(connection)
    if (conversation === undefined) return
    if (event.event === 'unseen') {
      this.#sayUnseen(conversation, time)
      return
    }
    if (event.event === 'lost') this.#lose(event.missed)
    for (const reporter of this.#reporters) reporter.event(conversation, event, time)
  }

  close(connection: SeenConnection, close: SeenClose, time: number): void {
    if (this.#isOver) return
    const opened = this.#open.get(connection.id)
    if (opened !== undefined)
      opened.isFailed = connection.remote === undefined && close.by === 'error'
    const conversation = this.#begin(connection)
    this.#open.delete(connection.id)
    if (conversation === undefined) return
    this.#lose(unseenOf(connection, close))
    for (const reporter of this.#reporters) reporter.close(conversation, close, time)
  }

  missed(_thread: SeenThread, missed: Bytes & { readonly connections: number }): void {
    // Which ones they are is not known.
    if (this.#only !== undefined) return
    this.#connections += missed.connections
    this.#lose(missed)
  }

  trouble(text: string): void {
    for (const reporter of this.#reporters) reporter.trouble(text)
  }

  #lose(lost: Bytes): void {
    for (const direction of ['in', 'out'] as const) {
      this.#bytes[direction] += lost[direction]
      this.#lost[direction] += lost[direction]
    }
  }

  /** @returns undefined for one that is not to be seen */
  #begin({ id }: SeenConnection): Conversation | undefined {
    const conversation = this.#isOver ? undefined : this.#open.get(id)
    if (conversation === undefined || conversation.isBegun) return conversation
    if (!isAmong(conversation.connection, this.#only)) {
      // One that is not looked for takes no memory.
      this.#open.delete(id)
      return undefined
    }
    this.#connections++
    conversation.begin(this.#connections)
    for (const reporter of this.#reporters) reporter.open(conversation)
    this.#sayUnseen(conversation, conversation.time)
    return conversation
  }

  #sayUnseen(conversation: Conversation, time: number): void {
    const { connection, isUnseenSaid } = conversation
    if (connection.unseen === undefined || isUnseenSaid) return
    conversation.isUnseenSaid = true
    for (const reporter of this.#reporters) reporter.event(conversation, { event: 'unseen' }, time)
  }
}

/** What its socket has counted, and nothing of it was seen: Node.js has read and written it itself. */
function unseenOf({ before, captured, lost }: SeenConnection, { counted }: SeenClose): Bytes {
  const missing = (direction: 'in' | 'out'): number => {
    if (counted === undefined) return 0
    const known = before[direction] + captured[direction] + lost[direction]
    return Math.max(0, counted[direction] - known)
  }
  return { in: missing('in'), out: missing('out') }
}
