import { FramingError } from '../../../errors.js'
import { type BinaryMessage, measureMessage } from '../../binary-message.js'
import type { ByteOperations } from '../../byte-operations.js'
import { messageInvalid, showBytes } from '../../frame-errors.js'
import type { Encoder, FrameOutput } from '../../framing.js'
import { HeaderReader, type HeaderSettings } from './sized-decoder.js'

/** Puts messages that are whole frames, once it is sure that their receiver will see them so. */
export class SizedEncoder implements Encoder<BinaryMessage> {
  readonly #operations: ByteOperations
  readonly #settings: HeaderSettings

  constructor(operations: ByteOperations, settings: HeaderSettings) {
    this.#operations = operations
    this.#settings = settings
  }

  encode(message: BinaryMessage, output: FrameOutput): void {
    const operations = this.#operations
    const length = measureMessage(message, this.#settings.maxFrame, operations)
    const bytes = typeof message === 'string' ? operations.encode(message, 'utf8') : message
    this.#checkMark(bytes)
    const size = this.#sizeOf(bytes)
    if (size !== length) {
      const said = size === undefined ? 'more are needed to know its size' : `${size} in all`
      throw messageInvalid(
        `the message has ${length} bytes, and lengthOf says of it: ${said}. It has to be a whole frame`,
      )
    }
    output.bytes(bytes)
  }

  #checkMark(bytes: Uint8Array): void {
    const mark = this.#settings.mark?.bytes
    if (mark === undefined || mark.every((byte, at) => byte === bytes[at])) return
    throw messageInvalid(
      `the message has to be a whole frame, which begins with ${showBytes(mark, 0, mark.length)}`,
    )
  }

  #sizeOf(bytes: Uint8Array): number | undefined {
    try {
      return new HeaderReader(this.#operations, this.#settings).read(bytes, 0, 0)
    } catch (error) {
      if (!(error instanceof FramingError)) throw error
      throw messageInvalid(`the message is no frame that lengthOf knows: ${error.message}`, error)
    }
  }
}
