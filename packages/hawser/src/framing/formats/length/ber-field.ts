import { incomplete, type LengthField, type LengthNotation, malformed } from './length-field.js'

/** As many bytes as a length may take behind the first: more than any frame needs. */
const mostBytes = 8

/** The definite forms of X.690 section 8.1.3: what LDAP and SNMP have behind the tag. */
export const berNotation: LengthNotation = {
  name: 'ber',
  largestSize: 1 + mostBytes,
  isFixed: false,
  largestValue: Number.MAX_SAFE_INTEGER,
  complaint: `a BER length has the indefinite form, or more than ${mostBytes} bytes behind its first`,
  create: () => new BerField(),
}

class BerField implements LengthField {
  size = 0

  read(bytes: Uint8Array, at: number): number {
    const first = bytes[at]
    if (first === undefined) return incomplete
    this.size = 1
    if (first < 0x80) return first
    const count = first & 0x7f
    if (count === 0 || count > mostBytes) return malformed
    this.size += count
    if (bytes.length - at < this.size) return incomplete
    let value = 0
    for (let from = at + 1; from < at + this.size; from++) value = value * 256 + bytes[from]!
    return value
  }

  measure(value: number): number {
    if (value < 0x80) return 1
    let size = 2
    for (let left = value >>> 8; left > 0; left >>>= 8) size++
    return size
  }

  write(value: number, buffer: Uint8Array, at: number): void {
    const count = this.measure(value) - 1
    buffer[at] = count === 0 ? value : 0x80 | count
    let left = value
    for (let to = at + count; to > at; to--) {
      buffer[to] = left & 0xff
      left >>>= 8
    }
  }
}
