import { type Waiter, withResolvers } from '../../promises.js'

/** Messages kept for an iteration that is slow, before their connection is made to wait. */
const kept = 256
/** Bytes that were read for those messages, before their connection is made to wait. */
const keptBytes = 2 * 1024 * 1024

type Result<In> = IteratorResult<In, undefined>

/** Who has asked for a message that is not there yet. */
interface Waiting<In> {
  readonly reader: object
  readonly resolve: (result: Result<In>) => void
}

/** What the server sent unasked, for the loop over the client; across connections, in order. */
export class Pushes<In> {
  readonly #queue: { readonly message: In; readonly size: number }[] = []
  #waiting: Waiting<In>[] = []
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
    const waiter = this.#waiting.shift()
    if (waiter !== undefined) waiter.resolve({ done: false, value: message })
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
    this.#dismiss(() => true)
  }

  iterate(): AsyncIterableIterator<In, undefined> {
    return new Reader(this)
  }

  /** The next message, for `reader`. */
  next(reader: object): Promise<Result<In>> {
    const first = this.#queue.shift()
    if (first !== undefined) {
      this.#bytes -= first.size
      if (this.#queue.length === 0) this.#makeRoom()
      return Promise.resolve({ done: false, value: first.message })
    }
    if (this.#over) return nothing()
    return new Promise((resolve) => {
      this.#waiting.push({ reader, resolve })
    })
  }

  /** What `reader` has asked for goes to another one. */
  left(reader: object): void {
    this.#dismiss((waiting) => waiting.reader === reader)
  }

  #dismiss(isGone: (waiting: Waiting<In>) => boolean): void {
    const gone = this.#waiting.filter(isGone)
    this.#waiting = this.#waiting.filter((waiting) => !isGone(waiting))
    for (const { resolve } of gone) resolve({ done: true, value: undefined })
  }

  #makeRoom(): void {
    this.#room?.resolve()
    this.#room = undefined
  }
}

class Reader<In> implements AsyncIterableIterator<In, undefined> {
  readonly #pushes: Pushes<In>
  #isOver = false

  constructor(pushes: Pushes<In>) {
    this.#pushes = pushes
  }

  next(): Promise<Result<In>> {
    return this.#isOver ? nothing() : this.#pushes.next(this)
  }

  return(): Promise<Result<In>> {
    this.#isOver = true
    this.#pushes.left(this)
    return nothing()
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

function nothing(): Promise<IteratorReturnResult<undefined>> {
  return Promise.resolve({ done: true, value: undefined })
}
