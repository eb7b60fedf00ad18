import { Handover } from '../../policy/handover.js'
import { LinkedMap } from '../../policy/linked-map.js'

/** Items that wait to be taken by an iteration, and iterations that wait for items. */
export class WaitingLine<Item> {
  readonly #items = new LinkedMap<Item, undefined>()
  readonly #handover = new Handover<Item>({ take: () => this.#take() })
  #iterated = false

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
    return this.#handover.isAwaited
  }

  /** Hand an item to the consumer that has waited longest, or keep it. */
  add(item: Item): void {
    if (!this.#handover.give(item)) this.#items.set(item, undefined)
  }

  /** Forget an item that waits. */
  remove(item: Item): void {
    this.#items.delete(item)
  }

  /** Nothing more will come; what waits can still be taken. */
  end(): void {
    this.#handover.end()
  }

  /** Take items one by one. Leaving the iteration loses none: the next one goes on. */
  iterate(): AsyncIterableIterator<Item, undefined> {
    this.#iterated = true
    return this.#handover.iterate()
  }

  #take(): { readonly value: Item } | undefined {
    const first = this.#items.oldest
    if (first === undefined) return undefined
    this.#items.delete(first.key)
    return { value: first.key }
  }
}
