/** The encodings a text framing can have. */
export type TextEncoding = 'utf8' | 'latin1'

/**
 * The few things a framing does to bytes that runtimes do at very different speeds. `framing/`
 * knows no Node.js types: a connection passes Buffer's versions, which are two to three times
 * faster than the portable ones, and tests pass either.
 */
export interface ByteOperations {
  /** The first offset at or behind `from` where `pattern` (a byte or several) begins, or -1. */
  indexOf(bytes: Uint8Array, pattern: number | Uint8Array, from: number): number
  /** The text of `bytes[start … end)`. Malformed UTF-8 becomes U+FFFD. No byte-order-mark removal. */
  decode(bytes: Uint8Array, start: number, end: number, encoding: TextEncoding): string
  /** Whether `bytes[start … end)` has no byte above 0x7f. */
  isAscii(bytes: Uint8Array, start: number, end: number): boolean
  /** Whether `bytes[start … end)` is well-formed UTF-8. */
  isUtf8(bytes: Uint8Array, start: number, end: number): boolean
  /** The bytes of `text`. */
  encode(text: string, encoding: TextEncoding): Uint8Array
  /** How many bytes `text` takes in UTF-8. */
  byteLength(text: string): number
  /** A copy of `bytes[start … end)` that its holder owns and that pins nothing else. */
  copy(bytes: Uint8Array, start: number, end: number): Uint8Array
  /** Write `text` as UTF-8 into `target` at `offset`; there is room. Returns the bytes written. */
  write(text: string, target: Uint8Array, offset: number): number
}
