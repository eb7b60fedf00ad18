import { type BinaryMessage, measureMessage } from '../binary-message.js'
import type { ByteOperations } from '../byte-operations.js'
import { FrameBlock } from '../frame-block.js'
import { frameTruncated, messageInvalid } from '../frame-errors.js'
import type { Decoder, Emit, Encoder, FrameOutput, Framing } from '../framing.js'
import { checkChoice, checkInteger, largestMaxFrame } from '../frame-limits.js'
import { checkOptions } from '../../options/check-options.js'
import type { NamesOf } from '../../options/option-names.js'

/** How `fixed()` treats the end of the stream. */
export interface FixedOptions {
  /**
   * What a shorter rest means when the peer ends the stream: `reject` raises
   * `HAWSER_FRAME_TRUNCATED`, `discard` drops it. Default `reject`.
   */
  readonly unterminated?: 'reject' | 'discard' | undefined
}

/** The names of the options in {@link FixedOptions}. */
const fixedNames: NamesOf<FixedOptions> = {
  unterminated: true,
}

/**
 * Frames that all have the same size, with nothing between them: records, samples, blocks.
 *
 * A message of another size raises `HAWSER_MESSAGE_INVALID`. There is no `oversize`: no frame can
 * be larger than `size`, which is also the framing's `maxFrame`.
 *
 * @param size bytes per frame, 1 … 536,870,888
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function fixed(
  size: number,
  options: FixedOptions = {},
): Framing<Uint8Array, Uint8Array | string> {
  checkOptions(options, fixedNames)
  checkInteger('size', size, 1, largestMaxFrame)
  const choices = ['reject', 'discard'] as const
  const unterminated = checkChoice('unterminated', options.unterminated, choices, 'reject')
  return Object.freeze({
    name: `fixed:${size}`,
    maxFrame: size,
    overhead: 0,
    createDecoder: (operations: ByteOperations): Decoder<Uint8Array> =>
      new FixedDecoder(operations, size, unterminated === 'discard'),
    createEncoder: (operations: ByteOperations): Encoder<BinaryMessage> =>
      new FixedEncoder(operations, size),
  })
}

class FixedDecoder implements Decoder<Uint8Array> {
  readonly #block: FrameBlock
  readonly #size: number
  readonly #discardRest: boolean
  #offset = 0

  constructor(operations: ByteOperations, size: number, discardRest: boolean) {
    this.#block = new FrameBlock(operations)
    this.#size = size
    this.#discardRest = discardRest
  }

  decode(bytes: Uint8Array, emit: Emit<Uint8Array>, owned: boolean): number {
    const size = this.#size
    let start = 0
    let wanted = true
    while (wanted && start + size <= bytes.length) {
      const end = start + size
      wanted = emit(this.#block.take(bytes, start, end, owned), end)
      start = end
    }
    if (wanted) this.#block.clear()
    else this.#block.stop(start)
    this.#offset += start
    return start
  }

  end(rest: Uint8Array): void {
    if (rest.length > 0 && !this.#discardRest) throw frameTruncated(rest.length, this.#offset)
  }
}

class FixedEncoder implements Encoder<BinaryMessage> {
  readonly #operations: ByteOperations
  readonly #size: number

  constructor(operations: ByteOperations, size: number) {
    this.#operations = operations
    this.#size = size
  }

  encode(message: BinaryMessage, output: FrameOutput): void {
    const size = measureMessage(message, Infinity, this.#operations)
    if (size !== this.#size) {
      throw messageInvalid(
        `the message takes ${size} bytes, and every frame here has ${this.#size}: pad or split it`,
      )
    }
    if (typeof message === 'string') output.text(message)
    else output.bytes(message)
  }
}
