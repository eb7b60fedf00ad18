/** Messages kept for an iteration that is slow, before their connection is made to wait. */
const kept = 256

type Result<In> = IteratorResult<In, undefined>

/** What the server sent unasked, for whoever iterates; across connections, in order. */
export class Pushes<In> {
  #queue: In[] = []
  #head = 0
  #waiting: ((result: Result<In>) => void)[] = []
  #room: { readonly promise: Promise<void>; readonly resolve: () => void } | undefined
  #over = false

  /** Whether the connection is made to wait. */
  get isFull(): boolean {
    return this.#room !== undefined
  }

  /** Messages that nobody has taken. */
  get size(): number {
    return this.#queue.length - this.#head
  }

  /** @returns a promise while there is no room for more: its connection has to wait */
  push(message: In): Promise<void> | undefined {
    if (this.#over) return undefined
    const waiter = this.#waiting.shift()
    if (waiter !== undefined) waiter({ done: false, value: message })
    else this.#queue.push(message)
    if (this.size < kept) return undefined
    this.#room ??= withResolver()
    return this.#room.promise
  }

  /** No more will come; what is there can still be taken. */
  end(): void {
    this.#over = true
    this.#makeRoom()
    for (const resolve of this.#waiting.splice(0)) resolve({ done: true, value: undefined })
  }

  iterate(): AsyncIterableIterator<In, undefined> {
    const next = (): Promise<Result<In>> => this.#next()
    return {
      next,
      return: () => Promise.resolve({ done: true, value: undefined }),
      [Symbol.asyncIterator]() {
        return this
      },
    }
  }

  #next(): Promise<Result<In>> {
    if (this.#head < this.#queue.length) {
      const value = this.#queue[this.#head] as In
      this.#head += 1
      if (this.#head === this.#queue.length) {
        this.#queue = []
        this.#head = 0
        this.#makeRoom()
      }
      return Promise.resolve({ done: false, value })
    }
    if (this.#over) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => {
      this.#waiting.push(resolve)
    })
  }

  #makeRoom(): void {
    this.#room?.resolve()
    this.#room = undefined
  }
}

function withResolver(): { promise: Promise<void>; resolve: () => void } {
  let resolve!: () => void
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil
  })
  return { promise, resolve }
}
