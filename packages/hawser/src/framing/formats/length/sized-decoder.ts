import { valueOf } from '../../../callbacks.js'
import { FramingError, textOf } from '../../../errors.js'
import { show } from '../../../options/invalid.js'
import type { ByteOperations } from '../../byte-operations.js'
import { FrameBlock } from '../../frame-block.js'
import {
  frameMalformed,
  frameTooLarge,
  frameTruncated,
  showBytes,
  showText,
} from '../../frame-errors.js'
import type { Decoder, Emit } from '../../framing.js'
import { MarkFinder, type MarkSettings } from '../../mark.js'

/** Says how many bytes a frame has, from its first ones; undefined: these do not tell. */
export type LengthOf = (header: Uint8Array) => number | undefined

/** What `lengthPrefixed({ lengthOf })` was asked for, checked. */
export interface HeaderSettings {
  readonly lengthOf: LengthOf
  /** How many bytes `lengthOf` needs at least. */
  readonly least: number
  /** How many it gets at most. */
  readonly most: number
  readonly maxFrame: number
  readonly discard: boolean
  /** What each frame begins with; a part of it. */
  readonly mark: MarkSettings | undefined
}

/** Asks the user's function how many bytes the frame at the beginning of some bytes has. */
export class HeaderReader {
  readonly #operations: ByteOperations
  readonly #settings: HeaderSettings
  /** How many bytes it gets next: it is asked with each number once, however the bytes arrive. */
  #next: number

  constructor(operations: ByteOperations, settings: HeaderSettings) {
    this.#operations = operations
    this.#settings = settings
    this.#next = settings.least
  }

  /** The next question is about another frame. */
  forget(): void {
    this.#next = this.#settings.least
  }

  /**
   * @param offset where the frame begins, counted from the first byte this framing read
   * @returns undefined: more bytes are needed
   * @throws FramingError `HAWSER_FRAME_MALFORMED`
   */
  read(bytes: Uint8Array, start: number, offset: number): number | undefined {
    const { most } = this.#settings
    for (; start + this.#next <= bytes.length; this.#next++) {
      const seen = this.#next
      const size = this.#ask(this.#operations.copy(bytes, start, start + seen), offset)
      if (size === undefined) {
        if (seen < most) continue
        throw frameMalformed(
          `lengthOf knows no size of the frame that begins with ${showBytes(bytes, start, start + seen)}`,
          offset,
        )
      }
      // Written so that NaN and text fail.
      if (size >= seen && Number.isInteger(size)) return size
      throw frameMalformed(
        `lengthOf returned ${show(size)} for a frame of which it has seen ${seen} bytes: ` +
          showBytes(bytes, start, start + seen),
        offset,
      )
    }
    return undefined
  }

  #ask(header: Uint8Array, offset: number): number | undefined {
    try {
      return valueOf('lengthOf', this.#settings.lengthOf(header))
    } catch (error) {
      if (error instanceof FramingError) throw error
      throw frameMalformed(`lengthOf refuses a frame: ${showText(textOf(error))}`, offset, error)
    }
  }
}

/** Cuts bytes into frames whose first bytes say how many they are. */
export class SizedDecoder implements Decoder<Uint8Array> {
  readonly #settings: HeaderSettings
  readonly #block: FrameBlock
  readonly #header: HeaderReader
  readonly #mark: MarkFinder | undefined
  /** What is known of the frame at the beginning of the rest: 0 for nothing. */
  #size = 0
  /** How many bytes of an oversized frame are still to be dropped. */
  #skip = 0
  /** How many bytes of such frames were dropped. */
  #dropped = 0
  /** How many bytes were consumed before this call. */
  #offset = 0

  constructor(operations: ByteOperations, settings: HeaderSettings) {
    this.#settings = settings
    this.#block = new FrameBlock(operations)
    this.#header = new HeaderReader(operations, settings)
    if (settings.mark !== undefined) this.#mark = new MarkFinder(operations, settings.mark)
  }

  get skipped(): number {
    return this.#dropped + (this.#mark?.skipped ?? 0)
  }

  decode(bytes: Uint8Array, emit: Emit<Uint8Array>, owned: boolean): number {
    const mark = this.#mark
    let start = this.#drop(0, bytes.length)
    while (start < bytes.length) {
      if (mark?.begun === false) {
        start = mark.find(bytes, start, this.#offset)
        if (!mark.begun) break
      }
      if (this.#size === 0) {
        this.#size = this.#header.read(bytes, start, this.#offset + start) ?? 0
        if (this.#size === 0) break
        this.#header.forget()
      }
      if (this.#size > this.#settings.maxFrame) {
        this.#refuse(start)
        start = this.#drop(start, bytes.length)
        if (mark !== undefined) mark.begun = false
        continue
      }
      const end = start + this.#size
      if (end > bytes.length) break
      this.#size = 0
      if (mark !== undefined) mark.begun = false
      const message = this.#block.take(bytes, start, end, owned)
      start = end
      if (!emit(message, end)) {
        this.#block.stop(end)
        this.#offset += end
        return end
      }
    }
    this.#block.clear()
    this.#offset += start
    return start
  }

  end(rest: Uint8Array): void {
    const isBetween = this.#mark?.begun === false && this.#skip === 0
    if (isBetween && this.#mark.end(rest)) return
    if (rest.length > 0 || this.#skip > 0) throw frameTruncated(rest.length, this.#offset)
  }

  /** The frame at `start` is too large: the end of the connection, or dropped. */
  #refuse(start: number): void {
    const { maxFrame, discard } = this.#settings
    if (!discard || this.#size > Number.MAX_SAFE_INTEGER) {
      throw frameTooLarge(this.#size, maxFrame, this.#offset + start)
    }
    this.#skip = this.#size
    this.#size = 0
  }

  /** Drops what there is of an oversized frame. Returns where the bytes that are left begin. */
  #drop(start: number, available: number): number {
    const dropped = Math.min(this.#skip, available - start)
    this.#skip -= dropped
    this.#dropped += dropped
    return start + dropped
  }
}
