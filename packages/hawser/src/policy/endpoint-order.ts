import { valueOf } from '../callbacks.js'

/**
 * Which of several endpoints is tried first: `first` is the order they were written in, so that the
 * others are spares; `random` shuffles them anew each time; `round-robin` begins with the next one each
 * time.
 */
export type EndpointOrder = 'first' | 'random' | 'round-robin'

/** Every order there is. */
export const endpointOrders: readonly EndpointOrder[] = ['first', 'random', 'round-robin']

/** How many turns there have been. */
export interface TurnCount {
  turns: number
}

/** Several endpoints in the order in which to try them; clients and pools keep one of these. */
export class EndpointTurns<Item> {
  readonly #items: readonly Item[]
  readonly #order: EndpointOrder
  readonly #random: () => number
  readonly #count: TurnCount

  /**
   * @param random from 0 up to, and not including, 1
   * @param count what several of these share, if they are to take turns
   */
  constructor(
    items: readonly Item[],
    order: EndpointOrder,
    random: () => number,
    count: TurnCount = { turns: 0 },
  ) {
    this.#items = items
    this.#order = order
    this.#random = random
    this.#count = count
  }

  /** All of them, in the order of this turn. */
  next(): Item[] {
    if (this.#order === 'random') return this.#shuffled()
    const begin = this.#count.turns % Math.max(1, this.#items.length)
    if (this.#order === 'round-robin') this.#count.turns += 1
    return [...this.#items.slice(begin), ...this.#items.slice(0, begin)]
  }

  /** Fisher and Yates: every order is as likely as any other. */
  #shuffled(): Item[] {
    const items = [...this.#items]
    const order: Item[] = []
    while (items.length > 0) {
      order.push(...items.splice(Math.floor(valueOf('random', this.#random()) * items.length), 1))
    }
    return order
  }
}
