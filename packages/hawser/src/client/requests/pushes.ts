import { LinkedMap } from '../../policy/linked-map.js'
import { type Waiter, withResolvers } from '../../promises.js'

/** Messages kept for an iteration that is slow, before their connection is made to wait. */
const kept = 256
/** Bytes that were read for those messages, before their connection is made to wait. */
const keptBytes = 2 * 1024 * 1024

type Result<In> = IteratorResult<In, undefined>

/** Who has asked for a message that is not there yet. */
type Waiting<In> = (result: Result<In>) => void

/** What the server sent unasked, for the loop over the client; across connections, in order. */
export class Pushes<In> {
  readonly #queue: { readonly message: In; readonly size: number }[] = []
  /** … and for which loop. */
  readonly #waiting = new LinkedMap<Waiting<In>, Set<Waiting<In>>>()
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
    const waiter = this.#waiting.oldest
    if (waiter !== undefined)
      this.#settle(waiter.key, waiter.value, { done: false, value: message })
    else {
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
    for (let first = this.#waiting.oldest; first !== undefined; first = this.#waiting.oldest) {
      this.#settle(first.key, first.value, { done: true, value: undefined })
    }
  }

  iterate(): AsyncIterableIterator<In, undefined> {
    return new Reader(this)
  }

  /** @param asked what its loop has asked for and did not get */
  next(asked: Set<Waiting<In>>): Promise<Result<In>> {
    const first = this.#queue.shift()
    if (first !== undefined) {
      this.#bytes -= first.size
      if (this.#queue.length === 0) this.#makeRoom()
      return Promise.resolve({ done: false, value: first.message })
    }
    if (this.#over) return nothing()
    return new Promise((resolve) => {
      asked.add(resolve)
      this.#waiting.set(resolve, asked)
    })
  }

  /** A loop is over: what it has asked for goes to another one. */
  left(asked: Set<Waiting<In>>): void {
    for (const waiting of asked) this.#settle(waiting, asked, { done: true, value: undefined })
  }

  #settle(waiting: Waiting<In>, asked: Set<Waiting<In>>, result: Result<In>): void {
    this.#waiting.delete(waiting)
    asked.delete(waiting)
    waiting(result)
  }

  #makeRoom(): void {
    this.#room?.resolve()
    this.#room = undefined
  }
}

class Reader<In> implements AsyncIterableIterator<In, undefined> {
  readonly #pushes: Pushes<In>
  readonly #asked = new Set<Waiting<In>>()
  #isOver = false

  constructor(pushes: Pushes<In>) {
    this.#pushes = pushes
  }

  next(): Promise<Result<In>> {
    return this.#isOver ? nothing() : this.#pushes.next(this.#asked)
  }

  return(): Promise<Result<In>> {
    this.#isOver = true
    this.#pushes.left(this.#asked)
    return nothing()
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

function nothing(): Promise<IteratorReturnResult<undefined>> {
  return Promise.resolve({ done: true, value: undefined })
}
