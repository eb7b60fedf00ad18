/** The sizes a length field can have; `varint` is LEB128 as Protocol Buffers write it. */
export type LengthBytes = 1 | 2 | 3 | 4 | 8 | 'varint'

/** `read`: the field has not arrived whole. */
export const incomplete = -1
/** `read`: the field cannot be one. */
export const malformed = -2

/** A 64-bit number takes at most ten groups of seven bits, and the tenth holds one bit. */
const mostGroups = 10

/** A length at the head of a frame, in one of its notations. */
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

/** A field for one decoder or encoder. */
export function createLengthField(bytes: LengthBytes, littleEndian: boolean): LengthField {
  return bytes === 'varint' ? new VarintField() : new FixedField(bytes, littleEndian)
}

/** The largest value a field can hold and we can count. */
export function largestValue(bytes: LengthBytes): number {
  return bytes === 'varint' || bytes === 8 ? Number.MAX_SAFE_INTEGER : 256 ** bytes - 1
}

/** How many bytes a field takes at most. */
export function largestSize(bytes: LengthBytes): number {
  return bytes === 'varint' ? mostGroups : bytes
}

class FixedField implements LengthField {
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

class VarintField implements LengthField {
  size = 0

  read(bytes: Uint8Array, at: number): number {
    const last = Math.min(bytes.length, at + mostGroups)
    let value = 0
    let scale = 1
    for (let from = at; from < last; from++) {
      const byte = bytes[from]!
      value += (byte & 0x7f) * scale
      if (byte < 0x80) {
        this.size = from - at + 1
        return this.size === mostGroups && byte > 1 ? malformed : value
      }
      scale *= 128
    }
    return last - at === mostGroups ? malformed : incomplete
  }

  measure(value: number): number {
    let size = 1
    for (let left = value; left >= 0x80; left >>>= 7) size++
    return size
  }

  write(value: number, buffer: Uint8Array, at: number): void {
    let left = value
    let to = at
    while (left >= 0x80) {
      buffer[to++] = (left & 0x7f) | 0x80
      left >>>= 7
    }
    buffer[to] = left
  }
}
