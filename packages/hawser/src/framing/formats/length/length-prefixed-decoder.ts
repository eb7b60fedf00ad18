import type { ByteOperations } from '../../byte-operations.js'
import { FrameBlock } from '../../frame-block.js'
import { frameMalformed, frameTooLarge, frameTruncated, showBytes } from '../../frame-errors.js'
import type { Decoder, Emit } from '../../framing.js'
import { MarkFinder, type MarkSettings } from '../../mark.js'
import { incomplete, type LengthField, type LengthNotation, malformed } from './length-field.js'

/** What `lengthPrefixed` was asked for, checked. */
export interface LengthPrefixedSettings {
  readonly notation: LengthNotation
  readonly offset: number
  readonly adjust: number
  readonly includesHeader: boolean
  readonly maxFrame: number
  readonly discard: boolean
  /** What each frame begins with, in front of everything else. */
  readonly mark: MarkSettings | undefined
}

/** Cuts bytes into frames that have their length in front. */
export class LengthPrefixedDecoder implements Decoder<Uint8Array> {
  readonly #operations: ByteOperations
  readonly #block: FrameBlock
  readonly #field: LengthField
  readonly #settings: LengthPrefixedSettings
  readonly #mark: MarkFinder | undefined
  /** How many bytes of an oversized frame are still to be dropped. */
  #skip = 0
  /** How many bytes of such frames were dropped. */
  #dropped = 0
  /** How many bytes were consumed before this call. */
  #offset = 0

  constructor(operations: ByteOperations, settings: LengthPrefixedSettings) {
    this.#operations = operations
    this.#block = new FrameBlock(operations)
    this.#field = settings.notation.create()
    this.#settings = settings
    if (settings.mark !== undefined) this.#mark = new MarkFinder(operations, settings.mark)
  }

  get skipped(): number {
    return this.#dropped + (this.#mark?.skipped ?? 0)
  }

  decode(bytes: Uint8Array, emit: Emit<Uint8Array>, owned: boolean): number {
    const { offset, adjust, includesHeader, maxFrame } = this.#settings
    const field = this.#field
    const mark = this.#mark
    const lead = mark === undefined ? 0 : mark.size
    const available = bytes.length
    let start = this.#drop(0, available)
    for (;;) {
      if (mark?.begun === false) {
        start = mark.find(bytes, start, this.#offset)
        if (!mark.begun) break
      }
      // Where the frame begins behind its mark.
      const head = start + lead
      if (head + offset >= available) break
      const value = field.read(bytes, head + offset)
      if (value === incomplete) break
      // What of the frame is delivered: everything but the length field.
      const size = value + adjust + (includesHeader ? -field.size : offset)
      if (value === malformed || size < offset || size > maxFrame) {
        this.#refuse(bytes, head, value, size)
        this.#dropped += lead
        start = this.#drop(head, available)
        if (mark !== undefined) mark.begun = false
        continue
      }
      const end = head + field.size + size
      if (end > available) break
      const message =
        offset === 0
          ? this.#block.take(bytes, head + field.size, end, owned)
          : this.#join(bytes, head, end)
      start = end
      if (mark !== undefined) mark.begun = false
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

  /** The frame without its length field, which lies between the two parts of the message. */
  #join(bytes: Uint8Array, start: number, end: number): Uint8Array {
    const frame = this.#operations.copy(bytes, start, end)
    frame.copyWithin(this.#field.size, 0, this.#settings.offset)
    return new Uint8Array(
      frame.buffer,
      frame.byteOffset + this.#field.size,
      frame.length - this.#field.size,
    )
  }

  /** The frame at `start` is malformed, or too large and then dropped where that was asked for. */
  #refuse(bytes: Uint8Array, start: number, value: number, size: number): void {
    const { notation, offset, maxFrame, discard } = this.#settings
    const position = this.#offset + start
    if (value === malformed) {
      const from = start + offset
      throw frameMalformed(
        `${notation.complaint}: ${showBytes(bytes, from, Math.min(bytes.length, from + notation.largestSize))}`,
        position + offset,
      )
    }
    if (size < offset) {
      throw frameMalformed(
        `the length ${value} leaves ${size - offset} bytes behind the length field`,
        position + offset,
      )
    }
    if (size > Number.MAX_SAFE_INTEGER) {
      throw frameTooLarge(`more than ${Number.MAX_SAFE_INTEGER}`, maxFrame, position)
    }
    if (!discard) throw frameTooLarge(size, maxFrame, position)
    this.#skip = this.#field.size + size
  }

  /** Drops what there is of an oversized frame. Returns where the bytes that are left begin. */
  #drop(start: number, available: number): number {
    const dropped = Math.min(this.#skip, available - start)
    this.#skip -= dropped
    this.#dropped += dropped
    return start + dropped
  }
}
