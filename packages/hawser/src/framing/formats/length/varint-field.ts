import { incomplete, type LengthField, type LengthNotation, malformed } from './length-field.js'

/** A 64-bit number takes at most ten groups of seven bits, and the tenth holds one bit. */
const mostGroups = 10

/** LEB128 as Protocol Buffers write it. */
export const varintNotation: LengthNotation = {
  name: 'varint',
  largestSize: mostGroups,
  isFixed: false,
  largestValue: Number.MAX_SAFE_INTEGER,
  complaint: 'a varint length has more than 64 bits',
  create: () => new VarintField(),
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
