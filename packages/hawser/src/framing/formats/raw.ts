import { type BinaryMessage, measureMessage } from '../binary-message.js'
import type { ByteOperations } from '../byte-operations.js'
import { FrameBlock } from '../frame-block.js'
import type { Decoder, Emit, Encoder, FrameOutput, Framing } from '../framing.js'
import { checkMaxFrame } from '../frame-limits.js'
import { checkOptions } from '../../options/check-options.js'
import type { NamesOf } from '../../options/option-names.js'

/** How `raw()` passes bytes on. */
export interface RawOptions {
  /**
   * The largest chunk that is delivered, in bytes; longer ones are delivered in pieces. It does
   * not limit what is sent, which has no frames.
   *
   * Default 1 MiB (1,048,576); 1 … 536,870,888, with no off-value.
   */
  readonly maxFrame?: number | undefined
}

/** The names of the options in {@link RawOptions}. */
const rawNames: NamesOf<RawOptions> = {
  maxFrame: true,
}

/**
 * No framing: bytes as they arrive, in chunks without meaning. For relays, and for protocols that
 * are parsed elsewhere. Text is sent as UTF-8.
 *
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function raw(options: RawOptions = {}): Framing<Uint8Array, Uint8Array | string> {
  checkOptions(options, rawNames)
  const maxFrame = checkMaxFrame(options.maxFrame)
  return Object.freeze({
    name: 'raw',
    streaming: true,
    maxFrame,
    overhead: 0,
    createDecoder: (operations: ByteOperations): Decoder<Uint8Array> =>
      new RawDecoder(operations, maxFrame),
    createEncoder: (operations: ByteOperations): Encoder<BinaryMessage> =>
      new RawEncoder(operations),
  })
}

class RawDecoder implements Decoder<Uint8Array> {
  readonly #block: FrameBlock
  readonly #maxFrame: number

  constructor(operations: ByteOperations, maxFrame: number) {
    this.#block = new FrameBlock(operations)
    this.#maxFrame = maxFrame
  }

  decode(bytes: Uint8Array, emit: Emit<Uint8Array>, owned: boolean): number {
    let start = 0
    let wanted = true
    while (wanted && start < bytes.length) {
      const end = Math.min(bytes.length, start + this.#maxFrame)
      wanted = emit(this.#block.take(bytes, start, end, owned), end)
      start = end
    }
    this.#block.clear()
    return start
  }
}

class RawEncoder implements Encoder<BinaryMessage> {
  readonly #operations: ByteOperations

  constructor(operations: ByteOperations) {
    this.#operations = operations
  }

  encode(message: BinaryMessage, output: FrameOutput): void {
    if (typeof message === 'string') output.text(message)
    else if (measureMessage(message, Infinity, this.#operations) > 0) output.bytes(message)
  }
}
