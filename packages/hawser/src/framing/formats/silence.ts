import { checkOptions } from '../../options/check-options.js'
import type { NamesOf } from '../../options/option-names.js'
import { type BinaryMessage, measureMessage } from '../binary-message.js'
import type { ByteOperations } from '../byte-operations.js'
import { frameTooLarge, messageInvalid } from '../frame-errors.js'
import { checkMaxFrame, checkSilence } from '../frame-limits.js'
import type { Decoder, Emit, Encoder, FrameOutput, Framing } from '../framing.js'

/** Which silence ends a frame. */
export interface SilenceOptions {
  /**
   * Milliseconds without a byte that end a frame: 1 … 60,000. Over TCP well above that of the serial line,
   * for packets of one frame may be apart (Modbus over Serial Line V1.02 section 2.5.1.1: 3.5 characters).
   */
  readonly gap: number
  /**
   * The largest frame in bytes, in both directions. Stops a peer that is never silent from filling the
   * memory. Default 1 MiB (1,048,576); 1 … 536,870,888, with no off-value. Raises
   * `HAWSER_FRAME_TOO_LARGE`.
   */
  readonly maxFrame?: number | undefined
}

/** The names of the options in {@link SilenceOptions}. */
const silenceNames: NamesOf<SilenceOptions> = { gap: true, maxFrame: true }

/**
 * Frames that end with a silence, as serial lines have them: a message is what came without a pause of
 * `gap` milliseconds. TCP does not keep silences, so frames that are sent soon behind each other arrive as
 * one: for a peer that waits for a reply before it sends again. The peer's end ends a frame too.
 *
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function silence(options: SilenceOptions): Framing<Uint8Array, Uint8Array | string> {
  checkOptions(options, silenceNames)
  const gap = checkSilence('gap', options.gap)
  const maxFrame = checkMaxFrame(options.maxFrame)
  return Object.freeze({
    name: `silence:${gap}`,
    maxFrame,
    overhead: 0,
    silence: gap,
    createDecoder: (operations: ByteOperations): Decoder<Uint8Array> =>
      new SilenceDecoder(operations, maxFrame),
    createEncoder: (operations: ByteOperations): Encoder<BinaryMessage> =>
      new SilenceEncoder(operations, maxFrame),
  })
}

class SilenceDecoder implements Decoder<Uint8Array> {
  readonly #operations: ByteOperations
  readonly #maxFrame: number
  /** Bytes in front of those that are not consumed. */
  #offset = 0

  constructor(operations: ByteOperations, maxFrame: number) {
    this.#operations = operations
    this.#maxFrame = maxFrame
  }

  decode(bytes: Uint8Array): number {
    if (bytes.length > this.#maxFrame)
      throw frameTooLarge(bytes.length, this.#maxFrame, this.#offset)
    return 0
  }

  quiet(rest: Uint8Array, emit: Emit<Uint8Array>): number {
    this.decode(rest)
    this.#offset += rest.length
    emit(this.#operations.copy(rest, 0, rest.length), rest.length)
    return rest.length
  }

  end(rest: Uint8Array, emit: Emit<Uint8Array>): void {
    if (rest.length > 0) this.quiet(rest, emit)
  }
}

class SilenceEncoder implements Encoder<BinaryMessage> {
  readonly #operations: ByteOperations
  readonly #maxFrame: number

  constructor(operations: ByteOperations, maxFrame: number) {
    this.#operations = operations
    this.#maxFrame = maxFrame
  }

  encode(message: BinaryMessage, output: FrameOutput): void {
    const size = measureMessage(message, this.#maxFrame, this.#operations)
    if (size === 0)
      throw messageInvalid('an empty message is no frame: a silence stands for nothing')
    if (typeof message === 'string') output.text(message)
    else output.bytes(message)
  }
}
