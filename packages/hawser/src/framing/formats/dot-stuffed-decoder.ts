import type { ByteOperations } from '../byte-operations.js'
import { FrameBlock } from '../frame-block.js'
import { frameMalformed, frameTooLarge, frameTruncated } from '../frame-errors.js'
import type { Decoder, Emit } from '../framing.js'

const cr = 0x0d
const lf = 0x0a
const dot = 0x2e

/** Finds blocks of lines that end with a line of a single dot. */
export class DotStuffedDecoder implements Decoder<Uint8Array> {
  readonly #operations: ByteOperations
  readonly #block: FrameBlock
  readonly #maxFrame: number
  /** Where in the rest the line begins that has not ended. */
  #line = 0
  /** In front of this place in the rest there is nothing of interest in that line. */
  #looked = 0
  /** How many bytes the lines in front of it are, without the dots that were added. */
  #size = 0
  /** How many of these begin with a dot that was added. */
  #dots = 0
  /** How many bytes were consumed before this call. */
  #offset = 0

  constructor(operations: ByteOperations, maxFrame: number) {
    this.#operations = operations
    this.#block = new FrameBlock(operations)
    this.#maxFrame = maxFrame
  }

  decode(bytes: Uint8Array, emit: Emit<Uint8Array>, owned: boolean): number {
    let start = 0
    for (;;) {
      const next = this.#findLineEnd(bytes, start)
      if (next === -1) break
      const isDotted = bytes[this.#line] === dot
      if (!isDotted || next - this.#line !== 3) {
        this.#size += next - this.#line - (isDotted ? 1 : 0)
        this.#checkSize(this.#size, start)
        if (isDotted) this.#dots++
        this.#line = this.#looked = next
        continue
      }
      const message = this.#take(bytes, start, owned)
      start = this.#line = this.#looked = next
      this.#size = this.#dots = 0
      if (emit(message, next)) continue
      this.#block.stop(next)
      this.#moveOn(next)
      return next
    }
    this.#block.clear()
    this.#moveOn(start)
    return start
  }

  end(rest: Uint8Array): void {
    if (rest.length > 0) throw frameTruncated(rest.length, this.#offset)
  }

  /**
   * Where the line ends that begins at `#line`, or -1 when it has not ended.
   *
   * @throws FramingError for a CR or an LF alone, and for a block that is too large
   */
  #findLineEnd(bytes: Uint8Array, start: number): number {
    const operations = this.#operations
    const feed = operations.indexOf(bytes, lf, this.#looked)
    const returned = operations.indexOf(bytes, cr, this.#looked)
    if (feed !== -1 && feed === returned + 1 && returned !== -1) return feed + 1
    const isFeedAlone = feed !== -1 && (returned === -1 || feed < returned)
    if (isFeedAlone) this.#refuse(bytes, start, feed, 'an LF without its CR')
    if (returned !== -1 && returned + 1 < bytes.length) {
      this.#refuse(bytes, start, returned + 1, 'a CR without its LF')
    }
    this.#looked = returned === -1 ? bytes.length : returned
    this.#checkSize(this.#size + this.#pending(bytes, bytes.length), start)
    return -1
  }

  /** How much of the message the line is as far as `end`, where it goes on. */
  #pending(bytes: Uint8Array, end: number): number {
    const length = end - this.#line
    if (bytes[this.#line] !== dot) return length
    // A dot, or a dot and a CR, may be the last line.
    return length <= 2 ? 0 : length - 1
  }

  /** @param at where it is certain; what is too large in front of that is too large first */
  #refuse(bytes: Uint8Array, start: number, at: number, what: string): never {
    this.#checkSize(this.#size + this.#pending(bytes, at), start)
    throw frameMalformed(`a block of lines has ${what}`, this.#offset + at)
  }

  #checkSize(size: number, start: number): void {
    if (size <= this.#maxFrame) return
    throw frameTooLarge(`more than ${this.#maxFrame}`, this.#maxFrame, this.#offset + start)
  }

  /** The lines `[start … #line)`, without the dots that were added. */
  #take(bytes: Uint8Array, start: number, owned: boolean): Uint8Array {
    const frame = this.#block.take(bytes, start, this.#line, owned)
    if (this.#dots === 0) return frame
    // Not in the frame itself, which may be a view of bytes that are read again after a switch.
    const message = new Uint8Array(this.#size)
    let to = 0
    for (let at = 0; at < frame.length;) {
      const next = this.#operations.indexOf(frame, lf, at) + 1
      const line = frame.subarray(frame[at] === dot ? at + 1 : at, next)
      message.set(line, to)
      to += line.length
      at = next
    }
    return message
  }

  /** The rest begins at `start` from now on. */
  #moveOn(start: number): void {
    this.#offset += start
    this.#line -= start
    this.#looked -= start
  }
}
