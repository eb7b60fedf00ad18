/** A sequence of numbers that a seed determines: sfc32, which passes PractRand. */
export class Chance {
  #a: number
  #b: number
  #c = 0x9e3779b9
  #counter = 1

  /**
   * @param seed a whole number from 0 to 2³²−1
   * @param purpose sequences for different purposes do not disturb each other
   */
  constructor(seed: number, purpose: string) {
    this.#a = seed >>> 0
    this.#b = hash(purpose)
    for (let round = 0; round < 12; round += 1) this.#next()
  }

  /** From 0 up to, and not including, 1. */
  readonly random = (): number => this.#next() / 2 ** 32

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
