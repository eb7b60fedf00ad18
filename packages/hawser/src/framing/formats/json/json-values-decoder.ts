import type { ByteOperations } from '../../byte-operations.js'
import {
  frameMalformed,
  frameTooLarge,
  frameTruncated,
  showBytes,
  textInvalid,
} from '../../frame-errors.js'
import type { Decoder, Emit } from '../../framing.js'
import { parseJson } from './json-text.js'
import type { StandardSchema } from './standard-schema.js'

const quote = 0x22
const backslash = 0x5c
// With the bit that tells the brackets from the braces.
const opening = 0x7b
const closing = 0x7d
const bracketBit = 0x20

/** What `jsonValues` was asked for, checked. */
export interface JsonValuesSettings<In> {
  readonly maxFrame: number
  readonly discard: boolean
  readonly maxDepth: number
  readonly strictText: boolean
  readonly schema: StandardSchema<In> | undefined
}

/** Finds objects and arrays by counting what opens and closes, outside of strings. */
export class JsonValuesDecoder<In> implements Decoder<In> {
  skipped = 0
  readonly #operations: ByteOperations
  readonly #settings: JsonValuesSettings<In>
  /** How many bytes of the value at the beginning of the rest were looked at. */
  #looked = 0
  /** How many objects and arrays are open at that place. 0: between values. */
  #depth = 0
  #inString = false
  #isEscaped = false
  /** The value is larger than maxFrame: drop all of it. */
  #dropping = false
  /** How many bytes were consumed before this call. */
  #offset = 0

  constructor(operations: ByteOperations, settings: JsonValuesSettings<In>) {
    this.#operations = operations
    this.#settings = settings
  }

  decode(bytes: Uint8Array, emit: Emit<In>): number {
    let start = 0
    for (;;) {
      if (this.#depth === 0) start = this.#findValue(bytes, start)
      if (start === bytes.length) break
      const end = this.#findEnd(bytes, start)
      if (end === -1) {
        if (this.#dropping) {
          this.skipped += bytes.length - start
          start = bytes.length
        }
        break
      }
      const isDropped = this.#dropping
      this.#dropping = false
      this.#looked = 0
      const begin = start
      start = end
      if (isDropped) this.skipped += end - begin
      if (isDropped || emit(this.#read(bytes, begin, end), end)) continue
      break
    }
    this.#offset += start
    return start
  }

  end(rest: Uint8Array): void {
    if (rest.length > 0 || this.#dropping) throw frameTruncated(rest.length, this.#offset)
  }

  /** Where the next value begins, or the end of the bytes. */
  #findValue(bytes: Uint8Array, from: number): number {
    for (let at = from; at < bytes.length; at++) {
      const byte = bytes[at]!
      if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue
      if ((byte | bracketBit) === opening) return at
      throw frameMalformed(
        `a value of JSON begins with { or [ here, not ${showBytes(bytes, at, at + 1)}`,
        this.#offset + at,
      )
    }
    return bytes.length
  }

  /** Where the value at `start` ends, or -1 when it has not ended. */
  #findEnd(bytes: Uint8Array, start: number): number {
    const { maxFrame, discard } = this.#settings
    const from = this.#dropping ? start : start + this.#looked
    const last = this.#dropping ? bytes.length : Math.min(bytes.length, start + maxFrame)
    const end = this.#scan(bytes, from, last)
    if (end !== -1) return end
    if (last === bytes.length) {
      this.#looked = last - start
      return -1
    }
    if (!discard) {
      throw frameTooLarge(`more than ${maxFrame}`, maxFrame, this.#offset + start)
    }
    this.#dropping = true
    return this.#scan(bytes, last, bytes.length)
  }

  /** Where, in front of `last`, the outermost object or array is closed; or -1. */
  #scan(bytes: Uint8Array, from: number, last: number): number {
    for (let at = from; at < last; at++) {
      const byte = bytes[at]!
      if (this.#inString) {
        if (this.#isEscaped) this.#isEscaped = false
        else if (byte === backslash) this.#isEscaped = true
        else if (byte === quote) this.#inString = false
      } else if (byte === quote) {
        this.#inString = true
      } else if ((byte | bracketBit) === opening) {
        this.#open(at)
      } else if ((byte | bracketBit) === closing) {
        this.#depth--
        if (this.#depth === 0) return at + 1
      }
    }
    return -1
  }

  #open(at: number): void {
    const { maxDepth } = this.#settings
    this.#depth++
    if (this.#depth <= maxDepth) return
    throw frameMalformed(
      `a value of JSON has more than ${maxDepth} objects and arrays in each other, which is maxDepth`,
      this.#offset + at,
    )
  }

  #read(bytes: Uint8Array, start: number, end: number): In {
    const { strictText, schema } = this.#settings
    const offset = this.#offset + start
    if (strictText && !this.#operations.isUtf8(bytes, start, end)) {
      throw textInvalid(bytes, start, end, offset)
    }
    const text = this.#operations.decode(bytes, start, end, 'utf8')
    return parseJson(text, 'a value', schema, offset)
  }
}
