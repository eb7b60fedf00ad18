import type { ByteOperations } from './byte-operations.js'
import { frameTooLarge, frameTruncated } from './frame-errors.js'
import type { Decoder, Emit } from './framing.js'
import type { Unterminated } from './frame-limits.js'

/** What `read` returns for a frame that is nothing to deliver. */
export const nothing: unique symbol = Symbol('nothing')

/** How frames end, and what happens to those that do not, or too late. */
export interface TerminatedSettings {
  /** The byte or bytes behind each frame. */
  readonly terminator: number | Uint8Array
  /** How many bytes in front of the terminator may belong to it, as the CR of a CRLF does. */
  readonly optional: number
  /** The most bytes of a frame as it arrives. */
  readonly maxFrame: number
  /** The limit as the user set it, where it counts bytes that arrive escaped. Default `maxFrame`. */
  readonly stated?: number
  readonly discard: boolean
  readonly unterminated: Unterminated
}

/** Finds frames that end with a terminator; what a frame means is up to the class that extends it. */
export abstract class TerminatedDecoder<In> implements Decoder<In> {
  /** Bytes of frames that were dropped because they are too large. */
  skipped = 0
  protected readonly operations: ByteOperations
  protected readonly maxFrame: number
  readonly #settings: TerminatedSettings
  readonly #terminator: number | Uint8Array
  readonly #terminatorSize: number
  readonly #stated: number
  /** How many bytes of the rest cannot hold the beginning of a terminator. */
  #scanned = 0
  /** The frame is larger than maxFrame: drop everything up to its terminator. */
  #skipping = false
  /** How many bytes were consumed before this call. */
  #offset = 0

  constructor(operations: ByteOperations, settings: TerminatedSettings) {
    const { terminator, maxFrame } = settings
    this.operations = operations
    this.#settings = settings
    this.#terminator = terminator
    this.#terminatorSize = typeof terminator === 'number' ? 1 : terminator.length
    this.maxFrame = maxFrame
    this.#stated = settings.stated ?? maxFrame
  }

  /**
   * Where the first terminator is of the frame that begins at `start`, or -1.
   *
   * @param from in front of this there is none
   */
  protected find(bytes: Uint8Array, _start: number, from: number): number {
    return this.operations.indexOf(bytes, this.#terminator, from)
  }

  /** What the frame `bytes[start … end)` at `offset` in the stream means. */
  protected abstract read(
    bytes: Uint8Array,
    start: number,
    end: number,
    offset: number,
    owned: boolean,
  ): In | typeof nothing

  /** Where the content of a frame ends whose terminator was found at `found`. */
  protected trim(_bytes: Uint8Array, _start: number, found: number): number {
    return found
  }

  /**
   * Throws when the bytes `[start … found)`, at `offset` in the stream, cannot be a frame that ends
   * with the terminator at `found`. A frame that is dropped is checked too: its last part, if it was
   * dropped in several.
   */
  protected check(_bytes: Uint8Array, _start: number, _found: number, _offset: number): void {}

  /** Throws when the bytes `[start … end)`, at `offset` in the stream, cannot be inside a frame. */
  protected checkPart(_bytes: Uint8Array, _start: number, _end: number, _offset: number): void {}

  /**
   * The bytes are not valid any more: drop whatever was kept for reading frames from them.
   *
   * @param stoppedAt how many bytes had been consumed when the receiver wanted no more
   */
  protected leave(_stoppedAt: number | undefined): void {}

  /**
   * Emit frames from `start` on that can be had for less than by `find` and `read`, as they would be.
   *
   * @param offset how many bytes were consumed before this call
   * @returns where the next frame begins; the complement of that when the receiver wants no more
   */
  protected readAhead(start: number, _emit: Emit<In>, _offset: number): number {
    return start
  }

  decode(bytes: Uint8Array, emit: Emit<In>, owned: boolean): number {
    let start = 0
    let found = this.find(bytes, start, this.#scanned)
    this.#scanned = 0
    while (found !== -1) {
      const next = found + this.#terminatorSize
      const end = this.trim(bytes, start, found)
      if (this.#skipping || end - start > this.maxFrame) {
        this.#discard(bytes, start, end, found)
        this.skipped += next - start
      } else {
        this.check(bytes, start, found, this.#offset + start)
        const message = this.read(bytes, start, end, this.#offset + start, owned)
        if (message !== nothing && !emit(message, next)) return this.#stop(next)
      }
      start = this.readAhead(next, emit, this.#offset)
      if (start < 0) return this.#stop(~start)
      found = this.find(bytes, start, start)
    }
    this.leave(undefined)
    start = this.#keepRest(bytes, start)
    this.#offset += start
    return start
  }

  end(rest: Uint8Array, emit: Emit<In>): void {
    const { unterminated, discard } = this.#settings
    const size = rest.length
    if (size === 0 && !this.#skipping) return
    if (unterminated === 'reject') throw frameTruncated(size, this.#offset)
    if (this.#skipping) this.skipped += size
    if (unterminated === 'discard' || this.#skipping) return
    this.checkPart(rest, 0, size, this.#offset)
    if (size <= this.maxFrame) {
      const message = this.read(rest, 0, size, this.#offset, false)
      this.leave(undefined)
      if (message !== nothing) emit(message, size)
    } else if (!discard) {
      throw frameTooLarge(size, this.#stated, this.#offset)
    }
  }

  /** The receiver wants no more. */
  #stop(consumed: number): number {
    this.leave(consumed)
    this.#offset += consumed
    return consumed
  }

  /** A frame too large that ends at `found` is dropped, or the end of the connection. */
  #discard(bytes: Uint8Array, start: number, end: number, found: number): void {
    if (!this.#settings.discard) {
      throw frameTooLarge(end - start, this.#stated, this.#offset + start)
    }
    this.#skipping = false
    this.check(bytes, start, found, this.#offset + start)
  }

  /** No terminator follows `start`. Returns where the bytes begin that are still needed. */
  #keepRest(bytes: Uint8Array, start: number): number {
    const { discard, optional } = this.#settings
    // The last bytes may be the beginning of the terminator.
    const tail = this.#terminatorSize - 1 + optional
    if (!this.#skipping && bytes.length - start > this.maxFrame + tail) {
      if (!discard) {
        throw frameTooLarge(`more than ${this.maxFrame}`, this.#stated, this.#offset + start)
      }
      this.#skipping = true
    }
    if (this.#skipping) {
      const end = Math.max(start, bytes.length - tail)
      this.checkPart(bytes, start, end, this.#offset + start)
      this.skipped += end - start
      return end
    }
    this.#scanned = Math.max(0, bytes.length - start - this.#terminatorSize + 1)
    return start
  }
}
