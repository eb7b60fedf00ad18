import { binaryLength, checkBinary, parseBinary } from './binary-header.js'
import { binaryPrefix, type ProxyHeader } from './header.js'
import { matchSignature } from './signature.js'
import { checkText, parseText } from './text-header.js'

/** What is known of a header after some bytes. */
export type HeaderResult =
  /** All bytes were taken, and the next ones are wanted. */
  | { readonly kind: 'more' }
  /** There it is. It ends `consumed` bytes into the last ones. */
  | { readonly kind: 'header'; readonly header: ProxyHeader; readonly consumed: number }
  /** These bytes are no header's: they belong to the application, and so do those `held`. */
  | { readonly kind: 'none' }
  /** It began as one, and is none. */
  | { readonly kind: 'invalid'; readonly problem: string }

/**
 * The default of `maxHeader`: 4 KiB. The largest addresses and every record of the
 * specification at its usual size take a quarter of that. The length field could claim 64 KiB, which
 * ten thousand connections that have come no further would hold ten thousand times.
 */
export const defaultMaxHeader = 4096

/** The fewest that can hold the largest addresses, two Unix paths. */
export const leastMaxHeader: number = binaryPrefix + 2 * 108

/** What most headers fit in. */
const firstSize = 128

/**
 * Reads one header from bytes that arrive in any pieces, with the same outcome for all of them. It
 * decides at the first byte that cannot belong to a header, and holds no more than what arrived.
 */
export class HeaderReader {
  readonly #maxHeader: number
  #held = new Uint8Array(firstSize)
  #length = 0
  #version: 1 | 2 | undefined

  /** @param maxHeader the most bytes of a version 2 header; more is invalid */
  constructor(maxHeader: number = defaultMaxHeader) {
    this.#maxHeader = maxHeader
  }

  /**
   * The bytes that `read` took, while it wants more; and, when they are none of a header, those of
   * the calls before the last. They are the caller's.
   */
  get held(): Uint8Array {
    return this.#held.subarray(0, this.#length)
  }

  /** Whether the signature was whole: what follows it can no longer be the application's. */
  get isCertain(): boolean {
    return this.#version !== undefined
  }

  /** Go on with the next bytes; after any result but `more`, do not call it again. */
  read(bytes: Uint8Array): HeaderResult {
    const before = this.#length
    let at = 0
    while (at < bytes.length) {
      at += this.#hold(bytes, at)
      const outcome = this.#judge()
      if (outcome === undefined) continue
      if (typeof outcome === 'string') return { kind: 'invalid', problem: outcome }
      if (outcome !== none) return { kind: 'header', header: outcome, consumed: at }
      this.#length = before
      return { kind: 'none' }
    }
    return { kind: 'more' }
  }

  /** Each byte is looked at alone, until a version 2 header has said its length. */
  #hold(bytes: Uint8Array, at: number): number {
    const isCounted = this.#version === 2 && this.#length >= binaryPrefix
    const wanted = isCounted ? binaryLength(this.#held) - this.#length : 1
    const part = bytes.subarray(at, at + wanted)
    const length = this.#length + part.length
    if (length > this.#held.length) {
      // What arrived decides, not what the header claims.
      const larger = new Uint8Array(Math.max(length, 2 * this.#held.length))
      larger.set(this.#held)
      this.#held = larger
    }
    this.#held.set(part, this.#length)
    this.#length = length
    return part.length
  }

  #judge(): ProxyHeader | string | typeof none | undefined {
    const held = this.#held
    const length = this.#length
    if (this.#version === undefined) {
      const match = matchSignature(held, length)
      if (match === 'none') return none
      if (match !== 'more') this.#version = match
      return undefined
    }
    if (this.#version === 1) {
      const state = checkText(held, length)
      if (state === 'more') return undefined
      return state === 'done' ? parseText(held, length) : state.problem
    }
    if (length <= binaryPrefix) {
      const problem = checkBinary(held, length, this.#maxHeader)
      if (problem !== undefined) return problem
    }
    if (length < binaryPrefix || length < binaryLength(held)) return undefined
    return parseBinary(held.subarray(0, length))
  }
}

const none: unique symbol = Symbol('no header')
