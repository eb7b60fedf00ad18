import { Buffer } from 'node:buffer'
import { invalid } from '../../options/invalid.js'

/** Bytes of a pattern. */
export const longestPattern = 4_096

/**
 * A pattern, with what Knuth, Morris and Pratt's search knows of it: how much of it still fits when the next
 * byte does not. So each byte of an edge between two rows is looked at twice at most, whatever the bytes are.
 */
export class Pattern {
  readonly bytes: Buffer
  readonly length: number
  readonly #shorter: Uint16Array

  /** @throws OptionError for an empty one, and one of more than 4,096 bytes */
  constructor(pattern: string | Uint8Array) {
    this.bytes = bytesOf(pattern)
    this.length = this.bytes.length
    if (this.length < 1 || this.length > longestPattern) {
      throw invalid('pattern', `has ${this.length} bytes: it takes 1 to ${longestPattern}`)
    }
    this.#shorter = shorterFits(this.bytes)
  }

  /**
   * How much of the pattern has come, once this byte has.
   *
   * @param count how much had come before; the whole of it is possible
   */
  next(count: number, byte: number): number {
    const { bytes } = this
    let fits = this.beforeNext(count)
    while (fits > 0 && bytes[fits] !== byte) fits = this.#shorter[fits]!
    return bytes[fits] === byte ? fits + 1 : 0
  }

  /** How much of it the next byte may go on with: less than the whole. */
  beforeNext(count: number): number {
    return count === this.length ? this.#shorter[count]! : count
  }

  /** How much of the pattern the bytes from `from` to `to` end with, the whole of it left out. */
  endOf(data: Uint8Array, from: number, to: number): number {
    const first = this.bytes[0]
    let count = 0
    for (let at = Math.max(from, to - this.length + 1); at < to; at++) {
      const byte = data[at]!
      if (count > 0) count = this.next(count, byte)
      else if (byte === first) count = 1
    }
    return count
  }
}

function bytesOf(pattern: string | Uint8Array): Buffer {
  if (typeof pattern === 'string') return Buffer.from(pattern)
  if (pattern instanceof Uint8Array) return Buffer.from(pattern)
  throw invalid('pattern', 'is no text and no bytes: it takes a string or a Uint8Array')
}

/** For each beginning of the pattern, how long the longest shorter one is that it ends with. */
function shorterFits(bytes: Uint8Array): Uint16Array {
  const shorter = new Uint16Array(bytes.length + 1)
  let fits = 0
  for (let at = 1; at < bytes.length; at++) {
    while (fits > 0 && bytes[fits] !== bytes[at]) fits = shorter[fits]!
    if (bytes[fits] === bytes[at]) fits++
    shorter[at + 1] = fits
  }
  return shorter
}
