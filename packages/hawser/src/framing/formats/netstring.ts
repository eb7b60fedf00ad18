import { type BinaryMessage, isSmall, measureMessage } from '../binary-message.js'
import type { ByteOperations } from '../byte-operations.js'
import { FrameBlock } from '../frame-block.js'
import { frameMalformed, frameTooLarge, frameTruncated, showBytes } from '../frame-errors.js'
import type { Decoder, Emit, Encoder, FrameOutput, Framing } from '../framing.js'
import { checkDiscard, checkMaxFrame, frameLimitNames, type FrameLimits } from '../frame-limits.js'
import { checkOptions } from '../../options/check-options.js'

const zero = 0x30
const nine = 0x39
const colon = 0x3a
const comma = 0x2c
/** Lengths up to 2^53 - 1 have at most this many digits. */
const mostDigits = 16

/** How `netstring()` cuts frames. */
export type NetstringOptions = FrameLimits

/**
 * Netstrings (D. J. Bernstein, https://cr.yp.to/proto/netstrings.txt): the length in decimal, a
 * colon, the bytes, a comma, as in `5:hello,`. Readable, binary-safe, and checked at both ends of
 * every frame.
 *
 * A length with a leading zero, anything but a digit in it, or a missing comma raises
 * `HAWSER_FRAME_MALFORMED`.
 *
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function netstring(
  options: NetstringOptions = {},
): Framing<Uint8Array, Uint8Array | string> {
  checkOptions(options, frameLimitNames)
  const maxFrame = checkMaxFrame(options.maxFrame)
  const discard = checkDiscard(options.oversize)
  const digits = discard ? mostDigits : String(maxFrame).length
  return Object.freeze({
    name: 'netstring',
    maxFrame,
    // Colon and comma.
    overhead: digits + 2,
    createDecoder: (operations: ByteOperations): Decoder<Uint8Array> =>
      new NetstringDecoder(operations, { maxFrame, discard, digits }),
    createEncoder: (operations: ByteOperations): Encoder<BinaryMessage> =>
      new NetstringEncoder(operations, maxFrame),
  })
}

interface NetstringSettings {
  readonly maxFrame: number
  readonly discard: boolean
  /** How many digits a length has at most. */
  readonly digits: number
}

class NetstringDecoder implements Decoder<Uint8Array> {
  skipped = 0
  readonly #block: FrameBlock
  readonly #maxFrame: number
  readonly #discard: boolean
  readonly #digits: number
  /** How many bytes of an oversized frame, its comma not counted, are still to be dropped. */
  #skip = 0
  #skipping = false
  #offset = 0

  constructor(operations: ByteOperations, { maxFrame, discard, digits }: NetstringSettings) {
    this.#block = new FrameBlock(operations)
    this.#maxFrame = maxFrame
    this.#discard = discard
    this.#digits = digits
  }

  decode(bytes: Uint8Array, emit: Emit<Uint8Array>, owned: boolean): number {
    let start = this.#skipping ? this.#dropFrom(bytes, 0) : 0
    this.skipped += start
    while (!this.#skipping) {
      const behindDigits = this.#findColon(bytes, start)
      if (behindDigits === -1) break
      const size = readDecimal(bytes, start, behindDigits)
      const from = behindDigits + 1
      if (size > this.#maxFrame) {
        this.#refuse(size, start)
        const behind = this.#dropFrom(bytes, from)
        this.skipped += behind - start
        start = behind
        continue
      }
      const end = from + size
      if (end >= bytes.length) break
      this.#checkComma(bytes, end)
      const message = this.#block.take(bytes, from, end, owned)
      start = end + 1
      if (!emit(message, start)) {
        this.#block.stop(start)
        this.#offset += start
        return start
      }
    }
    this.#block.clear()
    this.#offset += start
    return start
  }

  end(rest: Uint8Array): void {
    if (rest.length > 0 || this.#skipping) throw frameTruncated(rest.length, this.#offset)
  }

  /** Where the colon of the frame at `start` is, or -1 when it has not arrived. */
  #findColon(bytes: Uint8Array, start: number): number {
    const last = Math.min(bytes.length, start + this.#digits + 1)
    for (let at = start; at < last; at++) {
      const byte = bytes[at]!
      if (byte === colon && at > start) return at
      const isDigit = byte >= zero && byte <= nine
      const isLeadingZero = at > start && bytes[start] === zero
      if (!isDigit || isLeadingZero) throw this.#malformedLength(bytes, start, at)
      if (at - start === this.#digits) {
        throw frameTooLarge(`at least ${10 ** this.#digits}`, this.#maxFrame, this.#offset + start)
      }
    }
    return -1
  }

  #malformedLength(bytes: Uint8Array, start: number, at: number): Error {
    return frameMalformed(
      `a netstring begins with its length in decimal and a colon, not ${showBytes(bytes, start, at + 1)}`,
      this.#offset + start,
    )
  }

  #checkComma(bytes: Uint8Array, at: number): void {
    if (bytes[at] === comma) return
    throw frameMalformed(
      `a netstring ends with a comma, not ${showBytes(bytes, at, at + 1)}`,
      this.#offset + at,
    )
  }

  /** A frame too large is dropped from its payload on, or the end of the connection. */
  #refuse(size: number, start: number): void {
    if (!this.#discard || size > Number.MAX_SAFE_INTEGER) {
      throw frameTooLarge(size, this.#maxFrame, this.#offset + start)
    }
    this.#skipping = true
    this.#skip = size
  }

  /** Drops what there is of an oversized frame. Returns where the bytes that are left begin. */
  #dropFrom(bytes: Uint8Array, start: number): number {
    const dropped = Math.min(this.#skip, bytes.length - start)
    this.#skip -= dropped
    const end = start + dropped
    if (this.#skip > 0 || end === bytes.length) return end
    this.#checkComma(bytes, end)
    this.#skipping = false
    return end + 1
  }
}

function readDecimal(bytes: Uint8Array, start: number, end: number): number {
  let value = 0
  for (let at = start; at < end; at++) value = value * 10 + bytes[at]! - zero
  return value
}

class NetstringEncoder implements Encoder<BinaryMessage> {
  readonly #operations: ByteOperations
  readonly #maxFrame: number

  constructor(operations: ByteOperations, maxFrame: number) {
    this.#operations = operations
    this.#maxFrame = maxFrame
  }

  encode(message: BinaryMessage, output: FrameOutput): void {
    const size = measureMessage(message, this.#maxFrame, this.#operations)
    if (typeof message === 'string') output.text(`${size}:${message},`)
    else if (isSmall(size)) this.#putSmall(message, size, output)
    else {
      output.text(`${size}:`)
      output.bytes(message)
      output.text(',')
    }
  }

  #putSmall(message: Uint8Array, size: number, output: FrameOutput): void {
    const digits = String(size)
    let at = output.reserve(digits.length + size + 2)
    const { buffer } = output
    for (let index = 0; index < digits.length; index++) buffer[at++] = digits.charCodeAt(index)
    buffer[at] = colon
    buffer.set(message, at + 1)
    buffer[at + 1 + size] = comma
  }
}
