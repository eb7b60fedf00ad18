import { Handover } from '../../policy/handover.js'
import { type Waiter, withResolvers } from '../../promises.js'

/** Messages kept for an iteration that is slow, before their connection is made to wait. */
const kept = 256
/** Bytes that were read for those messages, before their connection is made to wait. */
const keptBytes = 2 * 1024 * 1024

/** What the server sent unasked, for the loop over the client; across connections, in order. */
export class Pushes<In> {
  readonly #queue: { readonly message: In; readonly size: number }[] = []
  readonly #handover = new Handover<In>({ take: () => this.#take() })
  #room: Waiter | undefined
  #over = false
  /** What those in the queue took of what was read. */
  #bytes = 0
  #bytesRead = 0

  /** Whether the connection is made to wait. */
  get isFull(): boolean {
    return this.#room !== undefined
  }

  /** Messages that were not taken. */
  get size(): number {
    return this.#queue.length
  }

  /**
   * @param bytesRead what its connection has read since it is open: a message can be anything, and
   *   how much of it was read says how much it may take
   * @returns a promise while there is no room for more: its connection has to wait
   */
  push(message: In, bytesRead: number): Promise<void> | undefined {
    if (this.#over) return undefined
    // Another connection begins from 0.
    const size = bytesRead < this.#bytesRead ? bytesRead : bytesRead - this.#bytesRead
    this.#bytesRead = bytesRead
    if (!this.#handover.give(message)) {
      this.#queue.push({ message, size })
      this.#bytes += size
    }
    if (this.size < kept && this.#bytes < keptBytes) return undefined
    this.#room ??= withResolvers()
    return this.#room.promise
  }

  /** No more will come; what is there can still be taken. */
  end(): void {
    this.#over = true
    this.#makeRoom()
    this.#handover.end()
  }

  /** What a loop that is left has asked for goes to another one. */
  iterate(): AsyncIterableIterator<In, undefined> {
    return this.#handover.iterate()
  }

  #take(): { readonly value: In } | undefined {
    const first = this.#queue.shift()
    if (first === undefined) return undefined
    this.#bytes -= first.size
    if (this.#queue.length === 0) this.#makeRoom()
    return { value: first.message }
  }

  #makeRoom(): void {
    this.#room?.resolve()
    this.#room = undefined
  }
}
