import type { ByteOperations } from '../byte-operations.js'
import { FrameBlock } from '../frame-block.js'
import { frameTooLarge, frameTruncated } from '../frame-errors.js'
import type { Decoder, Emit } from '../framing.js'
import { MarkFinder, type MarkSettings } from '../mark.js'
import type { TerminatedSettings } from '../terminated-decoder.js'

/**
 * Finds frames that begin with a mark and end with a terminator. The mark stays unconsumed until its
 * frame is complete, so that half a frame is one that was begun. What is skipped is consumed at once,
 * so that it is none.
 */
export class StartedDecoder implements Decoder<Uint8Array> {
  readonly #operations: ByteOperations
  readonly #settings: TerminatedSettings
  readonly #mark: MarkFinder
  readonly #block: FrameBlock
  readonly #endSize: number
  /** How many bytes of a frame that was begun hold no beginning of a terminator. */
  #scanned = 0
  /** The frame is larger than maxFrame: drop everything up to its terminator. */
  #dropping = false
  /** How many bytes of such frames were dropped. */
  #dropped = 0
  /** How many bytes were consumed before this call. */
  #offset = 0

  constructor(operations: ByteOperations, settings: TerminatedSettings, mark: MarkSettings) {
    const { terminator } = settings
    this.#operations = operations
    this.#settings = settings
    this.#mark = new MarkFinder(operations, mark)
    this.#block = new FrameBlock(operations)
    this.#endSize = typeof terminator === 'number' ? 1 : terminator.length
  }

  get skipped(): number {
    return this.#dropped + this.#mark.skipped
  }

  decode(bytes: Uint8Array, emit: Emit<Uint8Array>, owned: boolean): number {
    const { terminator } = this.#settings
    const mark = this.#mark
    let at = 0
    for (;;) {
      if (!this.#dropping && !mark.begun) at = mark.find(bytes, at, this.#offset)
      if (!this.#dropping && !mark.begun) break
      const from = this.#dropping ? at : at + mark.size
      const found = this.#operations.indexOf(bytes, terminator, Math.max(from, at + this.#scanned))
      this.#scanned = 0
      if (found === -1) {
        at = this.#keepRest(bytes, at, from)
        break
      }
      const isDropped = this.#dropping || !this.#isInLimit(found - from, at)
      mark.begun = this.#dropping = false
      const begin = at
      at = found + this.#endSize
      if (isDropped) {
        this.#dropped += at - begin
        continue
      }
      if (emit(this.#block.take(bytes, from, found, owned), at)) continue
      this.#block.stop(at)
      this.#offset += at
      return at
    }
    this.#block.clear()
    this.#offset += at
    return at
  }

  end(rest: Uint8Array, emit: Emit<Uint8Array>): void {
    const { unterminated } = this.#settings
    const mark = this.#mark
    const size = rest.length
    if (!mark.begun && !this.#dropping) {
      // At most a part of the mark.
      if (mark.end(rest) || size === 0 || unterminated === 'discard') return
      throw frameTruncated(size, this.#offset)
    }
    if (unterminated === 'reject') throw frameTruncated(size, this.#offset)
    if (this.#dropping) this.#dropped += size
    if (unterminated === 'discard' || this.#dropping) return
    if (!this.#isInLimit(size - mark.size, 0)) return
    const message = this.#block.take(rest, mark.size, size, false)
    this.#block.clear()
    emit(message, size)
  }

  /** Whether a frame of so many bytes that begins at `at` is delivered; false: it is dropped. */
  #isInLimit(size: number, at: number): boolean {
    const { maxFrame, discard } = this.#settings
    if (size <= maxFrame) return true
    if (discard) return false
    throw frameTooLarge(size, maxFrame, this.#offset + at)
  }

  /** The frame at `at` has no end yet. Returns where the bytes begin that are still needed. */
  #keepRest(bytes: Uint8Array, at: number, from: number): number {
    const { maxFrame, discard } = this.#settings
    // The last bytes may be the beginning of the terminator.
    const tail = this.#endSize - 1
    if (!this.#dropping && bytes.length - from > maxFrame + tail) {
      if (!discard) throw frameTooLarge(`more than ${maxFrame}`, maxFrame, this.#offset + at)
      this.#dropping = true
      this.#mark.begun = false
    }
    if (this.#dropping) {
      const end = Math.max(from, bytes.length - tail)
      this.#dropped += end - at
      return end
    }
    this.#scanned = Math.max(0, bytes.length - tail - at)
    return at
  }
}
