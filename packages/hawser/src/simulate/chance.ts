/** A sequence of numbers that a seed determines: sfc32, which passes PractRand and needs 32 bits alone. */
export class Chance {
  #a: number
  #b: number
  #c: number
  #counter = 1

  /**
   * @param seed a whole number from 0 to 2³²−1
   * @param purpose streams for different purposes do not disturb each other
   */
  constructor(seed: number, purpose: string) {
    this.#a = seed >>> 0
    this.#b = hash(purpose)
    this.#c = 0x9e3779b9
    for (let round = 0; round < 12; round += 1) this.#next()
  }

  /** From 0 up to, and not including, 1. */
  readonly random = (): number => this.#next() / 2 ** 32

  /** A whole number, both bounds included. */
  integer(from: number, to: number): number {
    return from + Math.floor(this.random() * (to - from + 1))
  }

  /** Whether something happens that happens with this probability. */
  happens(probability: number): boolean {
    return this.random() < probability
  }

  /** @throws Error when there is none */
  pick<Item>(items: readonly Item[]): Item {
    if (items.length === 0) throw new Error('there is nothing to pick from')
    return items[this.integer(0, items.length - 1)] as Item
  }

  /** How long until something happens that happens every so often, in the mean. */
  wait(mean: number): number {
    return -Math.log(1 - this.random()) * mean
  }

  #next(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0
    this.#counter = (this.#counter + 1) | 0
    this.#a = this.#b ^ (this.#b >>> 9)
    this.#b = (this.#c + (this.#c << 3)) | 0
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum
    return sum >>> 0
  }
}

/** FNV-1a over the characters' codes. */
function hash(text: string): number {
  let sum = 0x811c9dc5
  for (let index = 0; index < text.length; index += 1) {
    sum = Math.imul(sum ^ text.charCodeAt(index), 0x01000193)
  }
  return sum >>> 0
}
