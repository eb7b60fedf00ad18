import { LinkedMap } from './linked-map.js'

type Result<Item> = IteratorResult<Item, undefined>

/** Who has asked for an item that is not there yet. */
type Taker<Item> = (result: Result<Item>) => void

/** Where items wait that were not asked for yet. */
export interface Stock<Item> {
  /** Takes the item that has waited longest; undefined when there is none. */
  take(): { readonly value: Item } | undefined
}

/** Brings items to the iterations that ask for them: who asked first gets the next one. */
export class Handover<Item> {
  readonly #stock: Stock<Item>
  /** … and for which iteration. */
  readonly #takers = new LinkedMap<Taker<Item>, Set<Taker<Item>>>()
  #over = false

  constructor(stock: Stock<Item>) {
    this.#stock = stock
  }

  /** Whether an item is asked for and not there. */
  get isAwaited(): boolean {
    return this.#takers.size > 0
  }

  /** @returns whether an iteration has taken it; otherwise it belongs into the stock */
  give(value: Item): boolean {
    const first = this.#takers.oldest
    if (first === undefined) return false
    this.#settle(first.key, first.value, { done: false, value })
    return true
  }

  /** No more will come; what is in the stock can still be taken. */
  end(): void {
    this.#over = true
    for (let first = this.#takers.oldest; first !== undefined; first = this.#takers.oldest) {
      this.#settle(first.key, first.value, { done: true, value: undefined })
    }
  }

  /**
   * Take items one by one. What an iteration that is left has asked for goes to the others.
   *
   * @param left called when it is left
   */
  iterate(left?: () => void): AsyncIterableIterator<Item, undefined> {
    return new Iteration(this, left)
  }

  /** @param asked what its iteration has asked for and did not get */
  next(asked: Set<Taker<Item>>): Promise<Result<Item>> {
    const first = this.#stock.take()
    if (first !== undefined) return Promise.resolve({ done: false, value: first.value })
    if (this.#over) return nothing()
    return new Promise((resolve) => {
      asked.add(resolve)
      this.#takers.set(resolve, asked)
    })
  }

  /** An iteration is over. */
  leave(asked: Set<Taker<Item>>): void {
    for (const taker of asked) this.#settle(taker, asked, { done: true, value: undefined })
  }

  #settle(taker: Taker<Item>, asked: Set<Taker<Item>>, result: Result<Item>): void {
    this.#takers.delete(taker)
    asked.delete(taker)
    taker(result)
  }
}

class Iteration<Item> implements AsyncIterableIterator<Item, undefined> {
  readonly #handover: Handover<Item>
  readonly #left: (() => void) | undefined
  readonly #asked = new Set<Taker<Item>>()
  #isOver = false

  constructor(handover: Handover<Item>, left: (() => void) | undefined) {
    this.#handover = handover
    this.#left = left
  }

  next(): Promise<Result<Item>> {
    return this.#isOver ? nothing() : this.#handover.next(this.#asked)
  }

  return(): Promise<Result<Item>> {
    this.#isOver = true
    this.#handover.leave(this.#asked)
    this.#left?.()
    return nothing()
  }

  [Symbol.asyncIterator](): this {
    return this
  }
}

function nothing(): Promise<IteratorReturnResult<undefined>> {
  return Promise.resolve({ done: true, value: undefined })
}
