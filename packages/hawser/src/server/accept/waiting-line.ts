import { LinkedMap } from '../../policy/linked-map.js'

type Result<Item> = IteratorResult<Item, undefined>
type Taker<Item> = (result: Result<Item>) => void

const done: Result<never> = { done: true, value: undefined }

/** Items that wait to be taken by an iteration, and iterations that wait for items. */
export class WaitingLine<Item> {
  readonly #items = new LinkedMap<Item, undefined>()
  readonly #takers = new LinkedMap<Taker<Item>, undefined>()
  #iterated = false
  #over = false

  /** How many items wait. */
  get size(): number {
    return this.#items.size
  }

  /** Whether an item was ever asked for. */
  get isIterated(): boolean {
    return this.#iterated
  }

  /** Whether the next item would be taken at once. */
  get isAwaited(): boolean {
    return this.#takers.size > 0
  }

  /** Hand an item to the consumer that has waited longest, or keep it. */
  add(item: Item): void {
    const taker = this.#takers.oldest?.key
    if (taker === undefined) this.#items.set(item, undefined)
    else taker({ done: false, value: item })
  }

  /** Forget an item that waits. */
  remove(item: Item): void {
    this.#items.delete(item)
  }

  /** Nothing more will come; what waits can still be taken. */
  end(): void {
    this.#over = true
    for (let first = this.#takers.oldest; first !== undefined; first = this.#takers.oldest) {
      first.key(done)
    }
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
        for (const taker of mine) taker(done)
        return Promise.resolve(done)
      },
      [Symbol.asyncIterator]: () => iterator,
    }
    return iterator
  }

  #take(mine: Set<Taker<Item>>): Promise<Result<Item>> {
    const first = this.#items.oldest
    if (first !== undefined) {
      this.#items.delete(first.key)
      return Promise.resolve({ done: false, value: first.key })
    }
    if (this.#over) return Promise.resolve(done)
    return new Promise((resolve) => {
      const taker: Taker<Item> = (result) => {
        mine.delete(taker)
        this.#takers.delete(taker)
        resolve(result)
      }
      mine.add(taker)
      this.#takers.set(taker, undefined)
    })
  }
}
