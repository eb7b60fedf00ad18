import { incomplete, type LengthField, type LengthNotation, malformed } from './length-field.js'

/** 2^53 - 1, the largest number that can be counted, has so many decimal digits. */
const mostDigits = 16
const zero = 0x30

/** How a length is written in digits. */
export interface DigitsForm {
  readonly radix: 10 | 16
  /** How many digits, with zeros in front; 0: as many as it needs, and `until` behind them. */
  readonly digits: number
  /** The byte behind digits whose number varies. */
  readonly until: number
}

/** A length in digits. */
export function digitsNotation(form: DigitsForm): LengthNotation {
  const { radix, digits } = form
  const kind = radix === 10 ? 'decimal' : 'hex'
  const isFixed = digits > 0
  return {
    name: isFixed ? `${kind}${digits}` : kind,
    largestSize: isFixed ? digits : mostDigits + 1,
    isFixed,
    largestValue: isFixed
      ? Math.min(radix ** digits - 1, Number.MAX_SAFE_INTEGER)
      : Number.MAX_SAFE_INTEGER,
    complaint: isFixed
      ? `a length has ${digits} ${kind} digits`
      : `a length has ${kind} digits without a zero in front, and ${JSON.stringify(String.fromCharCode(form.until))} behind them`,
    create: () => new DigitsField(form),
  }
}

class DigitsField implements LengthField {
  size: number
  readonly #form: DigitsForm

  constructor(form: DigitsForm) {
    this.#form = form
    this.size = form.digits
  }

  read(bytes: Uint8Array, at: number): number {
    const { radix, digits, until } = this.#form
    const most = digits > 0 ? digits : mostDigits
    let value = 0
    for (let from = at; from < bytes.length; from++) {
      const count = from - at
      const byte = bytes[from]!
      if (digits === 0 && byte === until && count > 0) {
        this.size = count + 1
        return value
      }
      const isLeadingZero = digits === 0 && count === 1 && value === 0
      const digit = valueOfDigit(byte)
      if (digit >= radix || isLeadingZero) return malformed
      // One digit too many: all that matters is that the number is larger than any that is allowed.
      if (count === most) return Infinity
      value = value * radix + digit
      if (digits > 0 && count + 1 === digits) return value
    }
    return incomplete
  }

  measure(value: number): number {
    const { radix, digits } = this.#form
    return digits > 0 ? digits : value.toString(radix).length + 1
  }

  write(value: number, buffer: Uint8Array, at: number): void {
    const { radix, digits, until } = this.#form
    const text = value.toString(radix).padStart(digits, '0')
    for (let index = 0; index < text.length; index++) buffer[at + index] = text.charCodeAt(index)
    if (digits === 0) buffer[at + text.length] = until
  }
}

/** 0 … 15, or more for a byte that is no digit. */
export function valueOfDigit(byte: number): number {
  if (byte >= zero && byte <= zero + 9) return byte - zero
  // Sets the bit that tells small letters from capitals.
  const letter = byte | 0x20
  return letter >= 0x61 && letter <= 0x66 ? letter - 0x61 + 10 : 16
}
