/**
 * The bounds of spans in order, `first, last, first, last`, as they are kept: an IPv4 address in 4
 * bytes, an IPv6 one in 16. As objects with bigints, a span would take a hundred.
 */
export interface Bounds {
  /** Two for each span. */
  readonly length: number
  at(index: number): bigint
}

/** Addresses of 32 bits. */
export class Bounds4 implements Bounds {
  readonly #words: Uint32Array

  constructor(bounds: readonly bigint[]) {
    this.#words = Uint32Array.from(bounds, Number)
  }

  get length(): number {
    return this.#words.length
  }

  at(index: number): bigint {
    return BigInt(this.#words[index] as number)
  }
}

/** Addresses of 128 bits. */
export class Bounds6 implements Bounds {
  readonly #words: BigUint64Array

  constructor(bounds: readonly bigint[]) {
    this.#words = new BigUint64Array(bounds.length * 2)
    for (const [index, bound] of bounds.entries()) {
      this.#words[index * 2] = bound >> 64n
      // What does not fit is cut off.
      this.#words[index * 2 + 1] = bound
    }
  }

  get length(): number {
    return this.#words.length / 2
  }

  at(index: number): bigint {
    const high = this.#words[index * 2] as bigint
    return (high << 64n) | (this.#words[index * 2 + 1] as bigint)
  }
}

/**
 * Those of one family in order, none touching the next.
 *
 * @param keys of each span `first` and behind it `last`, as one number of twice as many bits; sorted
 *   in place
 * @param bits of an address
 */
export function merge(keys: bigint[], bits: bigint): bigint[] {
  keys.sort((one, other) => (one < other ? -1 : one === other ? 0 : 1))
  const bounds: bigint[] = []
  const mask = (1n << bits) - 1n
  let end = -2n
  for (const key of keys) {
    const first = key >> bits
    const last = key & mask
    if (first > end + 1n) bounds.push(first, last)
    else if (last > end) bounds[bounds.length - 1] = last
    if (last > end) end = last
  }
  return bounds
}

/** Whether `value` is in one of the spans: a binary search. */
export function holds(bounds: Bounds, value: bigint): boolean {
  let low = 0
  let high = bounds.length / 2
  while (low < high) {
    const middle = (low + high) >>> 1
    if (value > bounds.at(middle * 2 + 1)) low = middle + 1
    else if (value < bounds.at(middle * 2)) high = middle
    else return true
  }
  return false
}
