import { type BinaryMessage, measureMessage } from '../binary-message.js'
import type { ByteOperations } from '../byte-operations.js'
import { messageInvalid } from '../frame-errors.js'
import type { Encoder, FrameOutput } from '../framing.js'

const cr = 0x0d
const lf = 0x0a
const dot = 0x2e

/** Puts blocks of lines, with a dot in front of each line that begins with one. */
export class DotStuffedEncoder implements Encoder<BinaryMessage> {
  readonly #operations: ByteOperations
  readonly #maxFrame: number

  constructor(operations: ByteOperations, maxFrame: number) {
    this.#operations = operations
    this.#maxFrame = maxFrame
  }

  encode(message: BinaryMessage, output: FrameOutput): void {
    const size = measureMessage(message, this.#maxFrame, this.#operations)
    const bytes = typeof message === 'string' ? this.#operations.encode(message, 'utf8') : message
    const block = new Uint8Array(size + countDots(bytes) + 3)
    let to = 0
    let isBeginning = true
    for (const byte of bytes) {
      if (isBeginning && byte === dot) block[to++] = dot
      block[to++] = byte
      isBeginning = byte === lf
    }
    block.set([dot, cr, lf], to)
    output.bytes(block)
  }
}

/**
 * How many lines begin with a dot.
 *
 * @throws FramingError when a line has no CRLF behind it, or CR or LF alone in it
 */
function countDots(bytes: Uint8Array): number {
  let dots = 0
  let before = lf
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at]!
    if (byte === dot && before === lf) dots++
    if (at > 0 && (byte === lf) !== (before === cr)) throw refuse(at)
    if (at === 0 && byte === lf) throw refuse(at)
    before = byte
  }
  if (before === lf) return dots
  throw messageInvalid('the message is lines, and its last one has no CRLF behind it: add one')
}

function refuse(at: number): Error {
  return messageInvalid(
    `the message has a CR or an LF alone at byte ${at}, which other programs may take for the end of a line: send CRLF`,
  )
}
