import {
  type BinaryMessage,
  measureMessage,
  putBehindHeader,
  reserveHeader,
} from '../../binary-message.js'
import type { ByteOperations } from '../../byte-operations.js'
import { messageInvalid } from '../../frame-errors.js'
import type { Encoder, FrameOutput } from '../../framing.js'
import type { LengthField } from './length-field.js'
import type { LengthPrefixedSettings } from './length-prefixed-decoder.js'

/** Puts messages with their length in front. */
export class LengthPrefixedEncoder implements Encoder<BinaryMessage> {
  readonly #operations: ByteOperations
  readonly #field: LengthField
  readonly #settings: LengthPrefixedSettings

  constructor(operations: ByteOperations, settings: LengthPrefixedSettings) {
    this.#operations = operations
    this.#field = settings.notation.create()
    this.#settings = settings
  }

  encode(message: BinaryMessage, output: FrameOutput): void {
    const operations = this.#operations
    const { offset, maxFrame, mark } = this.#settings
    const size = measureMessage(message, maxFrame, operations)
    const value = this.#count(size)
    const fieldSize = this.#field.measure(value)
    if (mark !== undefined) output.bytes(mark.bytes)
    if (offset === 0) {
      const at = reserveHeader(fieldSize, size, output)
      this.#field.write(value, output.buffer, at)
      putBehindHeader(message, size, at + fieldSize, output, operations)
    } else {
      const bytes = typeof message === 'string' ? operations.encode(message, 'utf8') : message
      const rest = bytes.subarray(offset)
      const at = reserveHeader(offset + fieldSize, rest.length, output)
      output.buffer.set(bytes.subarray(0, offset), at)
      this.#field.write(value, output.buffer, at + offset)
      putBehindHeader(rest, rest.length, at + offset + fieldSize, output, operations)
    }
  }

  /** The number that goes into the length field. */
  #count(size: number): number {
    const { offset, adjust, includesHeader } = this.#settings
    if (size < offset) {
      throw messageInvalid(
        `the message takes ${size} bytes, and its first ${offset} stand in front of the length`,
      )
    }
    const value = includesHeader ? this.#includeField(size - adjust) : size - offset - adjust
    if (value >= 0) return value
    throw messageInvalid(
      `the message takes ${size} bytes, which adjust: ${adjust} would turn into a length of ${value}`,
    )
  }

  /** The length field counts itself, and a longer number may need a longer field. */
  #includeField(size: number): number {
    let fieldSize = this.#field.measure(size)
    while (this.#field.measure(size + fieldSize) > fieldSize) fieldSize++
    return size + fieldSize
  }
}
