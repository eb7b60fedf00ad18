import type { Clock } from '../../policy/clock.js'

/** How many of the last lines are kept, to be printed with a failure. */
const kept = 60

/**
 * What happened on the network, as a hash: two runs with the same hash took the same course. Each line has
 * its time, so a difference of a millisecond shows.
 */
export class Trace {
  readonly #clock: Clock
  readonly #tail: string[] = []
  #low = 0x811c9dc5
  #high = 0x5bd1e995
  #lines = 0

  constructor(clock: Clock) {
    this.#clock = clock
  }

  /** Lines so far. */
  get lines(): number {
    return this.#lines
  }

  /** 16 hexadecimal digits. */
  get hash(): string {
    return [this.#high, this.#low].map((half) => half.toString(16).padStart(8, '0')).join('')
  }

  /** The last lines, oldest first. */
  get tail(): readonly string[] {
    return this.#tail
  }

  /** Something happened. */
  note(text: string): void {
    const line = `${this.#clock.now().toFixed(3)} ${text}`
    for (let index = 0; index < line.length; index += 1) this.#mix(line.charCodeAt(index))
    this.#lines += 1
    if (this.#tail.push(line) > 2 * kept) this.#tail.splice(0, kept)
  }

  /** Bytes arrived: their content counts, and is not kept. */
  received(where: string, bytes: Uint8Array): void {
    for (const byte of bytes) this.#mix(byte)
    this.note(`${where} received ${bytes.length} bytes`)
  }

  /** FNV-1a twice, with different primes. */
  #mix(value: number): void {
    this.#low = Math.imul(this.#low ^ value, 0x01000193) >>> 0
    this.#high = (Math.imul(this.#high ^ value, 0x0100_01b3) + (this.#low >>> 16)) >>> 0
  }
}
