import type { ByteOperations, TextEncoding } from '../byte-operations.js'
import type { Decoder, Encoder, Framing } from '../framing.js'
import { LineDecoder, lineOverhead, type LineSettings, lineTerminator } from './line-decoder.js'
import { LineEncoder } from './line-encoder.js'
import {
  checkBoolean,
  checkChoice,
  checkDiscard,
  checkMaxFrame,
  checkUnterminated,
  frameLimitNames,
  type FrameLimits,
  type Unterminated,
} from '../frame-limits.js'
import { checkOptions } from '../../options/check-options.js'
import type { NamesOf } from '../../options/option-names.js'

/** How `lines()` cuts and writes lines. */
export interface LinesOptions extends FrameLimits {
  /**
   * Which line endings are accepted: `accept` takes LF and CRLF; `require` takes CR and LF only
   * together, as RFC 5321 section 2.3.8 requires, to stop one end from seeing two lines where
   * another sees one. It raises `HAWSER_FRAME_MALFORMED` for one of them alone in what is received,
   * and `HAWSER_MESSAGE_INVALID` for a CR in what is to be sent. Default `accept`.
   */
  readonly crlf?: 'accept' | 'require' | undefined
  /** End lines that are sent with CRLF, not LF. Default false, and true with `crlf: 'require'`. */
  readonly sendCrlf?: boolean | undefined
  /** The encoding of both directions. Default `utf8`. */
  readonly encoding?: TextEncoding | undefined
  /**
   * What happens to text that is not valid UTF-8: `replace` puts U+FFFD in the place of what is
   * malformed; `reject` raises `HAWSER_TEXT_INVALID` for bytes received and
   * `HAWSER_MESSAGE_INVALID` for a lone surrogate in text to send. Default `replace`. Without
   * effect under `latin1`, where all bytes are valid.
   */
  readonly invalid?: 'replace' | 'reject' | undefined
  /**
   * What a last line without its line ending means. A CR at its very end is a part of it. Default
   * `deliver`, and `reject` with `crlf: 'require'`.
   */
  readonly unterminated?: Unterminated | undefined
}

/** The names of the options in {@link LinesOptions}. */
const linesNames: NamesOf<LinesOptions> = {
  ...frameLimitNames,
  crlf: true,
  sendCrlf: true,
  encoding: true,
  invalid: true,
  unterminated: true,
}

/**
 * One line of text per message, without its line ending: for everything that people type and
 * programs print, such as telnet, nc, logs and command protocols.
 *
 * A line to send must hold no LF, nor end with CR where LF is sent behind it, nor hold a CR with
 * `crlf: 'require'`: the receiver would see another line (`HAWSER_MESSAGE_INVALID`).
 *
 * @throws OptionError `HAWSER_INVALID_OPTION`
 */
export function lines(options: LinesOptions = {}): Framing<string> {
  checkOptions(options, linesNames)
  const encoding = checkChoice('encoding', options.encoding, ['utf8', 'latin1'], 'utf8')
  const invalid = checkChoice('invalid', options.invalid, ['replace', 'reject'], 'replace')
  const crlf = checkChoice('crlf', options.crlf, ['accept', 'require'], 'accept')
  const strictCrlf = crlf === 'require'
  const settings: LineSettings = {
    ...lineTerminator,
    maxFrame: checkMaxFrame(options.maxFrame),
    discard: checkDiscard(options.oversize),
    unterminated: checkUnterminated(options.unterminated, strictCrlf ? 'reject' : 'deliver'),
    encoding,
    strictText: invalid === 'reject' && encoding === 'utf8',
    strictCrlf,
  }
  const sendCrlf = checkBoolean('sendCrlf', options.sendCrlf, settings.strictCrlf)
  return Object.freeze({
    name: 'lines',
    maxFrame: settings.maxFrame,
    overhead: lineOverhead,
    createDecoder: (operations: ByteOperations): Decoder<string> =>
      new PlainLineDecoder(operations, settings),
    createEncoder: (operations: ByteOperations): Encoder<string> =>
      new LineEncoder(operations, settings, sendCrlf),
  })
}

class PlainLineDecoder extends LineDecoder<string> {
  protected override interpret(text: string): string {
    return text
  }
}
