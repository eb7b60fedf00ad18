/** Items that wait to be taken by an iteration, and iterations that wait for items. */
export class WaitingLine<Item> {
  readonly #items: Item[] = []
  readonly #takers: ((result: IteratorResult<Item, undefined>) => void)[] = []
  #over = false

  /** How many items wait. */
  get size(): number {
    return this.#items.length
  }

  /** Hand an item to whoever has waited longest, or keep it. */
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

  /** The next item, when there is one. */
  take(): Promise<IteratorResult<Item, undefined>> {
    const item = this.#items.shift()
    if (item !== undefined) return Promise.resolve({ done: false, value: item })
    if (this.#over) return Promise.resolve({ done: true, value: undefined })
    return new Promise((resolve) => {
      this.#takers.push(resolve)
    })
  }

  /** Nothing more will come. */
  end(): void {
    this.#over = true
    this.#items.length = 0
    for (const taker of this.#takers.splice(0)) taker({ done: true, value: undefined })
  }
}
