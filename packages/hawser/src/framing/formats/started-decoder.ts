import type { ByteOperations } from '../byte-operations.js'
import { FrameBlock } from '../frame-block.js'
import { frameMalformed, frameTooLarge, frameTruncated, showBytes } from '../frame-errors.js'
import type { Decoder, Emit } from '../framing.js'
import type { TerminatedSettings } from '../terminated-decoder.js'

/** How frames with a mark at their beginning are told from what lies between them. */
export interface StartedSettings extends TerminatedSettings {
  /** What each frame begins with. */
  readonly start: Uint8Array
  /** What lies between frames is skipped and counted; otherwise it is an error. */
  readonly skips: boolean
}

/**
 * Finds frames that begin with a mark and end with a terminator. The mark stays unconsumed until its
 * frame is complete, so that half a frame is one that was begun. What is skipped is consumed at once,
 * so that it is none.
 */
export class StartedDecoder implements Decoder<Uint8Array> {
  skipped = 0
  readonly #operations: ByteOperations
  readonly #settings: StartedSettings
  readonly #block: FrameBlock
  readonly #endSize: number
  /** The rest begins with the mark. */
  #begun = false
  /** How many bytes of a frame that was begun hold no beginning of a terminator. */
  #scanned = 0
  /** The frame is larger than maxFrame: drop everything up to its terminator. */
  #dropping = false
  /** How many bytes were consumed before this call. */
  #offset = 0

  constructor(operations: ByteOperations, settings: StartedSettings) {
    const { terminator } = settings
    this.#operations = operations
    this.#settings = settings
    this.#block = new FrameBlock(operations)
    this.#endSize = typeof terminator === 'number' ? 1 : terminator.length
  }

  decode(bytes: Uint8Array, emit: Emit<Uint8Array>, owned: boolean): number {
    const { start: mark, terminator } = this.#settings
    let at = 0
    for (;;) {
      if (!this.#dropping && !this.#begun) at = this.#findMark(bytes, at)
      if (!this.#dropping && !this.#begun) break
      const from = this.#dropping ? at : at + mark.length
      const found = this.#operations.indexOf(bytes, terminator, Math.max(from, at + this.#scanned))
      this.#scanned = 0
      if (found === -1) {
        at = this.#keepRest(bytes, at, from)
        break
      }
      const isDropped = this.#dropping || !this.#isInLimit(found - from, at)
      this.#begun = this.#dropping = false
      at = found + this.#endSize
      if (isDropped) continue
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
    const { unterminated, skips, start: mark } = this.#settings
    const size = rest.length
    if (!this.#begun && !this.#dropping) {
      // At most a part of the mark.
      if (skips) this.skipped += size
      else if (size > 0 && unterminated !== 'discard') throw frameTruncated(size, this.#offset)
      return
    }
    if (unterminated === 'reject') throw frameTruncated(size, this.#offset)
    if (unterminated === 'discard' || this.#dropping) return
    if (!this.#isInLimit(size - mark.length, 0)) return
    const message = this.#block.take(rest, mark.length, size, false)
    this.#block.clear()
    emit(message, size)
  }

  /** Where the next frame begins, with what lies in front of it skipped or refused. */
  #findMark(bytes: Uint8Array, from: number): number {
    const { start: mark, skips } = this.#settings
    if (skips) {
      const found = this.#operations.indexOf(bytes, mark, from)
      this.#begun = found !== -1
      const at = this.#begun ? found : from + findBeginning(bytes.subarray(from), mark)
      this.skipped += at - from
      return at
    }
    const last = Math.min(bytes.length, from + mark.length)
    for (let at = from; at < last; at++) {
      if (bytes[at] === mark[at - from]) continue
      const strange = showBytes(bytes, from, at + 1)
      throw frameMalformed(
        `a frame begins with ${showBytes(mark, 0, mark.length)}, not ${strange}`,
        this.#offset + from,
      )
    }
    this.#begun = last === from + mark.length
    return from
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
      this.#begun = false
    }
    if (this.#dropping) return Math.max(from, bytes.length - tail)
    this.#scanned = Math.max(0, bytes.length - tail - at)
    return at
  }
}

/** Where at the end of `bytes` the longest beginning of `mark` is: their length if there is none. */
function findBeginning(bytes: Uint8Array, mark: Uint8Array): number {
  let at = Math.max(0, bytes.length - mark.length + 1)
  while (at < bytes.length && !beginsWith(mark, bytes, at)) at++
  return at
}

/** Whether `mark` begins with `bytes[from …)`. */
function beginsWith(mark: Uint8Array, bytes: Uint8Array, from: number): boolean {
  for (let at = from; at < bytes.length; at++) if (bytes[at] !== mark[at - from]) return false
  return true
}
