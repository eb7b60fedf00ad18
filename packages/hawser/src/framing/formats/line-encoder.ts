import type { ByteOperations } from '../byte-operations.js'
import { messageInvalid, messageTooLarge, showText } from '../frame-errors.js'
import type { Encoder, FrameOutput } from '../framing.js'
import type { LineSettings } from './line-decoder.js'
import { show } from '../../options/invalid.js'

const carriageReturn = 13
const loneSurrogate = /\p{Surrogate}/u

/**
 * Puts `text`, which holds no line feed, as one line.
 *
 * @throws FramingError `HAWSER_FRAME_TOO_LARGE`
 */
export function putLine(
  text: string,
  ending: string,
  maxFrame: number,
  output: FrameOutput,
  operations: ByteOperations,
): void {
  // No UTF-16 unit takes more than three bytes, so most lines need no counting.
  if (text.length * 3 > maxFrame) {
    const size = operations.byteLength(text)
    if (size > maxFrame) throw messageTooLarge(size, maxFrame)
  }
  output.text(text, ending)
}

/** Puts text as lines. */
export class LineEncoder implements Encoder<string> {
  readonly #operations: ByteOperations
  readonly #settings: LineSettings
  readonly #isLatin1: boolean
  readonly #ending: string

  constructor(operations: ByteOperations, settings: LineSettings, sendCrlf: boolean) {
    this.#operations = operations
    this.#settings = settings
    this.#isLatin1 = settings.encoding === 'latin1'
    this.#ending = sendCrlf ? '\r\n' : '\n'
  }

  encode(message: string, output: FrameOutput): void {
    if (typeof message !== 'string') {
      throw messageInvalid(`the message is ${show(message)}: lines() carries strings`)
    }
    if (message.includes('\n')) {
      throw messageInvalid(
        `the line "${showText(message, 24)}" has a line feed at index ${message.indexOf('\n')}: ` +
          'send its parts as lines of their own, or use a framing with a length',
      )
    }
    if (this.#settings.strictCrlf && message.includes('\r')) {
      throw messageInvalid(
        `the line "${showText(message, 24)}" has a carriage return at index ` +
          `${message.indexOf('\r')}, and crlf: 'require' takes one only in front of a line feed: ` +
          'remove it, or send what is on either side of it as lines of their own',
      )
    }
    if (this.#ending === '\n' && message.charCodeAt(message.length - 1) === carriageReturn) {
      throw messageInvalid(
        'the line ends with a carriage return, which the receiver would take for a part of the ' +
          'line ending: remove it, or send CRLF with sendCrlf: true',
      )
    }
    const { maxFrame } = this.#settings
    if (this.#isLatin1) this.#encodeLatin1(message, maxFrame, output)
    else {
      if (this.#settings.strictText) refuseSurrogates(message)
      putLine(message, this.#ending, maxFrame, output, this.#operations)
    }
  }

  #encodeLatin1(message: string, maxFrame: number, output: FrameOutput): void {
    if (message.length > maxFrame) throw messageTooLarge(message.length, maxFrame)
    for (let at = 0; at < message.length; at++) {
      if (message.charCodeAt(at) > 0xff) {
        throw messageInvalid(
          `the line has ${showText(message.slice(at, at + 1))} at index ${at}, which Latin-1 ` +
            `cannot carry: use encoding: 'utf8' at both ends`,
        )
      }
    }
    output.bytes(this.#operations.encode(message + this.#ending, 'latin1'))
  }
}

function refuseSurrogates(message: string): void {
  const at = message.search(loneSurrogate)
  if (at === -1) return
  throw messageInvalid(
    `the line has a lone surrogate at index ${at}, which UTF-8 cannot carry: repair the text, or ` +
      `send U+FFFD in its place with invalid: 'replace'`,
  )
}
