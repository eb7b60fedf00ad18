import { type BinaryMessage, measureMessage } from '../binary-message.js'
import type { ByteOperations } from '../byte-operations.js'
import { FrameBlock } from '../frame-block.js'
import { frameMalformed, frameTooLarge, messageInvalid, showBytes } from '../frame-errors.js'
import type { Decoder, Encoder, FrameOutput, Framing } from '../framing.js'
import {
  checkDiscard,
  checkMaxFrame,
  checkUnterminated,
  frameLimitNames,
  type FrameLimits,
  type Unterminated,
} from '../frame-limits.js'
import { nothing, TerminatedDecoder, type TerminatedSettings } from '../terminated-decoder.js'
import { checkOptions } from '../../options/check-options.js'
import type { NamesOf } from '../../options/option-names.js'

// RFC 1055.
const end = 0xc0
const escape = 0xdb
const escapedEnd = 0xdc
const escapedEscape = 0xdd

/** How `slip()` cuts frames. */
export interface SlipOptions extends FrameLimits {
  /** What bytes without an END mean when the peer ends the stream. Default `reject`. */
  readonly unterminated?: Unterminated | undefined
}

/** The names of the options in {@link SlipOptions}. */
const slipNames: NamesOf<SlipOptions> = {
  ...frameLimitNames,
  unterminated: true,
}

/**
 * SLIP (RFC 1055): frames of bytes between END bytes (`c0`), which are escaped inside a frame. Used by
 * serial gateways, by bootloaders, and by OSC 1.1.
 *
 * An empty frame means nothing and is left out, as the RFC says, so that a frame may have an END at
 * both sides. Frames are sent so. An escape that the RFC does not have raises
 * `HAWSER_FRAME_MALFORMED`; an empty message to send, `HAWSER_MESSAGE_INVALID`. `maxFrame` counts the
 * bytes of the message, not those of its escapes.
 *
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function slip(options: SlipOptions = {}): Framing<Uint8Array, Uint8Array | string> {
  checkOptions(options, slipNames)
  const maxFrame = checkMaxFrame(options.maxFrame)
  const settings: TerminatedSettings = {
    terminator: end,
    optional: 0,
    // Every byte may be escaped.
    maxFrame: 2 * maxFrame,
    stated: maxFrame,
    discard: checkDiscard(options.oversize),
    unterminated: checkUnterminated(options.unterminated, 'reject'),
  }
  return Object.freeze({
    name: 'slip',
    maxFrame,
    overhead: maxFrame + 2,
    createDecoder: (operations: ByteOperations): Decoder<Uint8Array> =>
      new SlipDecoder(operations, settings, maxFrame),
    createEncoder: (operations: ByteOperations): Encoder<BinaryMessage> =>
      new SlipEncoder(operations, maxFrame),
  })
}

class SlipDecoder extends TerminatedDecoder<Uint8Array> {
  readonly #block: FrameBlock
  readonly #largest: number
  readonly #discard: boolean

  constructor(operations: ByteOperations, settings: TerminatedSettings, largest: number) {
    super(operations, settings)
    this.#block = new FrameBlock(operations)
    this.#largest = largest
    this.#discard = settings.discard
  }

  protected override read(
    bytes: Uint8Array,
    start: number,
    stop: number,
    offset: number,
    owned: boolean,
  ): Uint8Array | typeof nothing {
    if (stop === start) return nothing
    const frame = this.#block.take(bytes, start, stop, owned)
    const first = frame.indexOf(escape)
    const message = first === -1 ? frame : this.#unescape(frame, first, offset)
    if (message.length <= this.#largest) return message
    if (this.#discard) {
      this.skipped += stop - start + 1
      return nothing
    }
    throw frameTooLarge(message.length, this.#largest, offset)
  }

  protected override leave(stoppedAt: number | undefined): void {
    if (stoppedAt === undefined) this.#block.clear()
    else this.#block.stop(stoppedAt)
  }

  /** A copy without the escapes: `frame` may be a view of bytes that are read again after a switch. */
  #unescape(frame: Uint8Array, first: number, offset: number): Uint8Array {
    const copy = this.operations.copy(frame, 0, frame.length)
    let to = first
    for (let at = first; at < frame.length; at++) {
      let byte = frame[at]!
      if (byte === escape) {
        at++
        byte = meaningOf(frame[at])
        if (byte === -1) {
          throw frameMalformed(
            `a frame of SLIP has an escape that is none: ${showBytes(frame, at - 1, Math.min(frame.length, at + 1))}`,
            offset,
          )
        }
      }
      copy[to++] = byte
    }
    return new Uint8Array(copy.buffer, copy.byteOffset, to)
  }
}

/** What stands behind an escape; -1 for what may not. */
function meaningOf(escaped: number | undefined): number {
  if (escaped === escapedEnd) return end
  return escaped === escapedEscape ? escape : -1
}

class SlipEncoder implements Encoder<BinaryMessage> {
  readonly #operations: ByteOperations
  readonly #maxFrame: number

  constructor(operations: ByteOperations, maxFrame: number) {
    this.#operations = operations
    this.#maxFrame = maxFrame
  }

  encode(message: BinaryMessage, output: FrameOutput): void {
    const size = measureMessage(message, this.#maxFrame, this.#operations)
    if (size === 0) {
      throw messageInvalid('the message is empty, and SLIP has no empty frames: leave it out')
    }
    const bytes = typeof message === 'string' ? this.#operations.encode(message, 'utf8') : message
    let escapes = 0
    for (const byte of bytes) if (byte === end || byte === escape) escapes++
    const frame = new Uint8Array(size + escapes + 2)
    let at = 1
    for (const byte of bytes) {
      if (byte === end || byte === escape) {
        frame[at++] = escape
        frame[at++] = byte === end ? escapedEnd : escapedEscape
      } else {
        frame[at++] = byte
      }
    }
    frame[0] = frame[at] = end
    output.bytes(frame)
  }
}
