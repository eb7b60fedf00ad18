/** How a length at the head of a frame is written; `varint` is LEB128 as Protocol Buffers write it. */
export type LengthBytes = 1 | 2 | 3 | 4 | 8 | 'varint' | 'ber' | 'decimal' | 'hex'

/** `read`: the field has not arrived whole. */
export const incomplete = -1
/** `read`: the field cannot be one. */
export const malformed = -2

/** A length at the head of a frame, in one of its notations, for one decoder or encoder. */
export interface LengthField {
  /** How many bytes the field took that was read last. */
  readonly size: number
  /**
   * @returns the value, exact up to 2^53 - 1 and above that only known to be larger; or
   *   `incomplete`, or `malformed`
   */
  read(bytes: Uint8Array, at: number): number
  /** How many bytes `value` takes. */
  measure(value: number): number
  /** Writes `value`, which is less than 2^31 and fits. */
  write(value: number, buffer: Uint8Array, at: number): void
}

/** A way to write lengths. */
export interface LengthNotation {
  /** Behind `length:` in the framing's name. */
  readonly name: string
  /** How many bytes a field takes at most. */
  readonly largestSize: number
  /** Every field takes that many. */
  readonly isFixed: boolean
  /** The largest value that a field can hold and we can count. */
  readonly largestValue: number
  /** What is wrong with a field that is malformed. */
  readonly complaint: string
  /** A field for one decoder or encoder. */
  create(): LengthField
}

/** A binary number of so many bytes. */
export function binaryNotation(size: 1 | 2 | 3 | 4 | 8, littleEndian: boolean): LengthNotation {
  return {
    name: size === 1 ? '1' : `${size}${littleEndian ? 'le' : 'be'}`,
    largestSize: size,
    isFixed: true,
    largestValue: size === 8 ? Number.MAX_SAFE_INTEGER : 256 ** size - 1,
    // Every value is one.
    complaint: '',
    create: () => new BinaryField(size, littleEndian),
  }
}

class BinaryField implements LengthField {
  readonly size: number
  /** Where the most significant byte is, and how to get from there to the next one. */
  readonly #first: number
  readonly #step: number

  constructor(size: number, littleEndian: boolean) {
    this.size = size
    this.#first = littleEndian ? size - 1 : 0
    this.#step = littleEndian ? -1 : 1
  }

  read(bytes: Uint8Array, at: number): number {
    if (bytes.length - at < this.size) return incomplete
    let value = 0
    let from = at + this.#first
    for (let left = this.size; left > 0; left--) {
      value = value * 256 + bytes[from]!
      from += this.#step
    }
    return value
  }

  measure(): number {
    return this.size
  }

  write(value: number, buffer: Uint8Array, at: number): void {
    let left = value
    let to = at + this.#first + this.#step * (this.size - 1)
    for (let count = this.size; count > 0; count--) {
      buffer[to] = left & 0xff
      left >>>= 8
      to -= this.#step
    }
  }
}
