type Result<Item> = IteratorResult<Item, undefined>
type Taker<Item> = (result: Result<Item>) => void

const done: Result<never> = { done: true, value: undefined }

/** Items that wait to be taken by an iteration, and iterations that wait for items. */
export class WaitingLine<Item> {
  readonly #items: Item[] = []
  readonly #takers: Taker<Item>[] = []
  #iterated = false
  #over = false

  /** How many items wait. */
  get size(): number {
    return this.#items.length
  }

  /** Whether an item was ever asked for. */
  get isIterated(): boolean {
    return this.#iterated
  }

  /** Whether the next item would be taken at once. */
  get isAwaited(): boolean {
    return this.#takers.length > 0
  }

  /** Hand an item to the consumer that has waited longest, or keep it. */
  add(item: Item): void {
    const taker = this.#takers.shift()
    if (taker === undefined) this.#items.push(item)
    else taker({ done: false, value: item })
  }

  /** Forget an item that waits. */
  remove(item: Item): void {
    const at = this.#items.indexOf(item)
    if (at >= 0) this.#items.splice(at, 1)
  }

  /** Nothing more will come; what waits can still be taken. */
  end(): void {
    this.#over = true
    for (const taker of this.#takers.splice(0)) taker(done)
  }

  /** Take items one by one. Leaving the iteration loses none: the next one goes on. */
  iterate(): AsyncIterableIterator<Item, undefined> {
    this.#iterated = true
    const mine = new Set<Taker<Item>>()
    let left = false
    const iterator: AsyncIterableIterator<Item, undefined> = {
      next: () => (left ? Promise.resolve(done) : this.#take(mine)),
      return: () => {
        left = true
        for (const taker of mine) {
          this.#takers.splice(this.#takers.indexOf(taker), 1)
          taker(done)
        }
        return Promise.resolve(done)
      },
      [Symbol.asyncIterator]: () => iterator,
    }
    return iterator
  }

  #take(mine: Set<Taker<Item>>): Promise<Result<Item>> {
    const item = this.#items.shift()
    if (item !== undefined) return Promise.resolve({ done: false, value: item })
    if (this.#over) return Promise.resolve(done)
    return new Promise((resolve) => {
      const taker: Taker<Item> = (result) => {
        mine.delete(taker)
        resolve(result)
      }
      mine.add(taker)
      this.#takers.push(taker)
    })
  }
}
