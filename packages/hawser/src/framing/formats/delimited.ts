import { type BinaryMessage, measureMessage } from '../binary-message.js'
import type { ByteOperations } from '../byte-operations.js'
import { FrameBlock } from '../frame-block.js'
import { messageInvalid, showBytes } from '../frame-errors.js'
import type { Decoder, Encoder, FrameOutput, Framing } from '../framing.js'
import {
  checkDiscard,
  checkMaxFrame,
  checkUnterminated,
  frameLimitNames,
  type FrameLimits,
  type Unterminated,
} from '../frame-limits.js'
import { checkMark, checkMarkBytes, type MarkOptions } from '../mark.js'
import { StartedDecoder } from './started-decoder.js'
import { TerminatedDecoder, type TerminatedSettings } from '../terminated-decoder.js'
import { checkOptions } from '../../options/check-options.js'
import type { NamesOf } from '../../options/option-names.js'

const none = new Uint8Array(0)

/** How `delimited()` cuts frames. */
export interface DelimitedOptions extends FrameLimits, MarkOptions {
  /** What bytes without a delimiter mean when the peer ends the stream. Default `reject`. */
  readonly unterminated?: Unterminated | undefined
}

/** The names of the options in {@link DelimitedOptions}. */
const delimitedNames: NamesOf<DelimitedOptions> = {
  ...frameLimitNames,
  start: true,
  between: true,
  unterminated: true,
}

/**
 * Frames of bytes that end with a delimiter, such as NUL or an empty line. The delimiter is not a
 * part of the message, and a message may be empty.
 *
 * With `start`, frames have a mark at both ends, such as the VT … FS CR of MLLP.
 *
 * A message to send must not hold the delimiter, nor end in a way that makes the delimiter begin
 * early: with `\r\n\r\n`, none that ends with `\r\n` (`HAWSER_MESSAGE_INVALID`).
 *
 * @param delimiter 1 … 1024 bytes, or text that stands for its UTF-8 bytes
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function delimited(
  delimiter: Uint8Array | string,
  options: DelimitedOptions = {},
): Framing<Uint8Array, Uint8Array | string> {
  checkOptions(options, delimitedNames)
  const bytes = checkMarkBytes('delimiter', delimiter)
  const mark = checkMark(options)
  const start = mark?.bytes ?? none
  const settings: TerminatedSettings = {
    // Searching for one byte is faster than searching for a pattern of length one.
    terminator: bytes.length === 1 ? bytes[0]! : bytes,
    optional: 0,
    maxFrame: checkMaxFrame(options.maxFrame),
    discard: checkDiscard(options.oversize),
    unterminated: checkUnterminated(options.unterminated, 'reject'),
  }
  return Object.freeze({
    name: `delim:${start.length > 0 ? `${inHex(start)}..` : ''}${inHex(bytes)}`,
    maxFrame: settings.maxFrame,
    overhead: start.length + bytes.length,
    createDecoder: (operations: ByteOperations): Decoder<Uint8Array> =>
      mark === undefined
        ? new DelimitedDecoder(operations, settings)
        : new StartedDecoder(operations, settings, mark),
    createEncoder: (operations: ByteOperations): Encoder<BinaryMessage> =>
      new DelimitedEncoder(operations, settings, start, bytes),
  })
}

class DelimitedDecoder extends TerminatedDecoder<Uint8Array> {
  readonly #block: FrameBlock

  constructor(operations: ByteOperations, settings: TerminatedSettings) {
    super(operations, settings)
    this.#block = new FrameBlock(operations)
  }

  protected override read(
    bytes: Uint8Array,
    start: number,
    end: number,
    _offset: number,
    owned: boolean,
  ): Uint8Array {
    return this.#block.take(bytes, start, end, owned)
  }

  protected override leave(stoppedAt: number | undefined): void {
    if (stoppedAt === undefined) this.#block.clear()
    else this.#block.stop(stoppedAt)
  }
}

class DelimitedEncoder implements Encoder<BinaryMessage> {
  readonly #operations: ByteOperations
  readonly #settings: TerminatedSettings
  readonly #start: Uint8Array
  readonly #delimiter: Uint8Array
  readonly #earlyStarts: readonly number[]

  constructor(
    operations: ByteOperations,
    settings: TerminatedSettings,
    start: Uint8Array,
    delimiter: Uint8Array,
  ) {
    this.#operations = operations
    this.#settings = settings
    this.#start = start
    this.#delimiter = delimiter
    this.#earlyStarts = findEarlyStarts(delimiter)
  }

  encode(message: BinaryMessage, output: FrameOutput): void {
    const operations = this.#operations
    const { maxFrame, terminator } = this.#settings
    measureMessage(message, maxFrame, operations)
    const bytes = typeof message === 'string' ? operations.encode(message, 'utf8') : message
    const found = operations.indexOf(bytes, terminator, 0)
    if (found !== -1) throw this.#refuse(bytes, found, 'holds')
    for (const size of this.#earlyStarts) {
      const from = bytes.length - size
      if (from >= 0 && startsWith(this.#delimiter, bytes, from)) {
        throw this.#refuse(bytes, from, 'ends like the beginning of')
      }
    }
    if (this.#start.length > 0) output.bytes(this.#start)
    output.bytes(bytes)
    output.bytes(this.#delimiter)
  }

  #refuse(bytes: Uint8Array, at: number, how: string): Error {
    const delimiter = showBytes(this.#delimiter, 0, this.#delimiter.length)
    return messageInvalid(
      `the message of ${bytes.length} bytes ${how} the delimiter ${delimiter} at byte ${at}, so ` +
        'that the receiver would cut it there: escape it, or use a framing with a length',
    )
  }
}

/**
 * How many bytes at the end of a message make the delimiter begin before its place. That happens
 * when the delimiter's end is also its beginning: of `\r\n\r\n`, two bytes are enough.
 */
function findEarlyStarts(delimiter: Uint8Array): number[] {
  const sizes: number[] = []
  for (let size = 1; size < delimiter.length; size++) {
    if (startsWith(delimiter, delimiter, size)) sizes.push(size)
  }
  return sizes
}

/** Whether `whole` begins with `part[from …)`. */
function startsWith(whole: Uint8Array, part: Uint8Array, from: number): boolean {
  for (let at = from; at < part.length; at++) {
    if (whole[at - from] !== part[at]) return false
  }
  return true
}

function inHex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('')
}
