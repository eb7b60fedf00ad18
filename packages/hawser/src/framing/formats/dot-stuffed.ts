import type { BinaryMessage } from '../binary-message.js'
import type { ByteOperations } from '../byte-operations.js'
import type { Decoder, Encoder, Framing } from '../framing.js'
import { checkMaxFrame } from '../frame-limits.js'
import { checkOptions } from '../../options/check-options.js'
import type { NamesOf } from '../../options/option-names.js'
import { DotStuffedDecoder } from './dot-stuffed-decoder.js'
import { DotStuffedEncoder } from './dot-stuffed-encoder.js'

/** How `dotStuffed()` cuts blocks of lines. */
export interface DotStuffedOptions {
  /**
   * The largest block in bytes, in both directions, without the dots that were added and without the
   * last line. Stops a peer that never ends a block from filling the memory.
   *
   * Default 1 MiB (1,048,576); 1 … 536,870,888, with no off-value. Raises `HAWSER_FRAME_TOO_LARGE`.
   */
  readonly maxFrame?: number | undefined
}

/** The names of the options in {@link DotStuffedOptions}. */
const dotStuffedNames: NamesOf<DotStuffedOptions> = {
  maxFrame: true,
}

/**
 * Blocks of lines that end with a line of a single dot: the mail in SMTP's DATA (RFC 5321 section
 * 4.5.2), and long replies of POP3 and NNTP. The message is the lines, each with its CRLF, and without
 * the dots that were added; it may be empty.
 *
 * CR and LF are taken only together, in both directions: one of them alone raises
 * `HAWSER_FRAME_MALFORMED`, or `HAWSER_MESSAGE_INVALID` for a message to send. So no sequence such as
 * LF, dot, LF ends a mail for one program and not for another, which would smuggle a second mail past
 * the first one. A message to send that is not empty ends with CRLF.
 *
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function dotStuffed(
  options: DotStuffedOptions = {},
): Framing<Uint8Array, Uint8Array | string> {
  checkOptions(options, dotStuffedNames)
  const maxFrame = checkMaxFrame(options.maxFrame)
  return Object.freeze({
    name: 'dots',
    maxFrame,
    // The shortest line that gets a dot is one of a dot alone, of three bytes; three are the last line.
    overhead: Math.ceil(maxFrame / 3) + 3,
    createDecoder: (operations: ByteOperations): Decoder<Uint8Array> =>
      new DotStuffedDecoder(operations, maxFrame),
    createEncoder: (operations: ByteOperations): Encoder<BinaryMessage> =>
      new DotStuffedEncoder(operations, maxFrame),
  })
}
