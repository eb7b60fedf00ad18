/** Messages kept for an iteration that is slow, before their connection is made to wait. */
const kept = 256

type Result<In> = IteratorResult<In, undefined>

/** Who has asked for a message that is not there yet. */
interface Waiting<In> {
  readonly reader: object
  readonly resolve: (result: Result<In>) => void
}

/** What the server sent unasked, for the loop over the client; across connections, in order. */
export class Pushes<In> {
  readonly #queue: In[] = []
  #waiting: Waiting<In>[] = []
  #room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined
  #over = false

  /** Whether the connection is made to wait. */
  get isFull(): boolean {
    return this.#room !== undefined
  }

  /** Messages that were not taken. */
  get size(): number {
    return this.#queue.length
  }

  /** @returns a promise while there is no room for more: its connection has to wait */
  push(message: In): Promise<void> | undefined {
    if (this.#over) return undefined
    const waiter = this.#waiting.shift()
    if (waiter !== undefined) waiter.resolve({ done: false, value: message })
    else this.#queue.push(message)
    if (this.size < kept) return undefined
    this.#room ??= withResolver()
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
    if (this.#queue.length > 0) {
      const value = this.#queue.shift() as In
      if (this.#queue.length === 0) this.#makeRoom()
      return Promise.resolve({ done: false, value })
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

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil
  })
  return { promise, resolve }
}
