import { type BinaryMessage, measureMessage } from '../binary-message.js'
import type { ByteOperations } from '../byte-operations.js'
import { putFrame } from '../checked-encoder.js'
import { messageInvalid } from '../frame-errors.js'
import type { Encoder, FrameOutput } from '../framing.js'
import { type ChecksumPlace, findChecksum, putChecksum } from './checksum-place.js'

/** Puts messages with their checksum. */
export class ChecksumEncoder implements Encoder<BinaryMessage> {
  readonly #inner: Encoder<Uint8Array>
  readonly #place: ChecksumPlace
  readonly #maxFrame: number
  readonly #operations: ByteOperations

  constructor(
    inner: Encoder<Uint8Array>,
    place: ChecksumPlace,
    maxFrame: number,
    operations: ByteOperations,
  ) {
    this.#inner = inner
    this.#place = place
    this.#maxFrame = maxFrame
    this.#operations = operations
  }

  encode(message: BinaryMessage, output: FrameOutput): void {
    const operations = this.#operations
    const { name, size, offset, trailer } = this.#place
    const length = measureMessage(message, this.#maxFrame, operations)
    if (length < offset + trailer) {
      throw messageInvalid(
        `the message takes ${length} bytes, and ${offset} in front of its ${name} and ${trailer} behind it are not covered`,
      )
    }
    const bytes = typeof message === 'string' ? operations.encode(message, 'utf8') : message
    const whole = new Uint8Array(length + size)
    const at = findChecksum(this.#place, whole.length)
    whole.set(bytes)
    whole.copyWithin(at + size, at, length)
    putChecksum(whole, this.#place)
    putFrame(this.#inner, whole, output)
  }
}
