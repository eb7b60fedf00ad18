import type { ByteOperations, TextEncoding } from '../byte-operations.js'

/** The most that a delivered line may pin beyond its own length. */
const largestBlock = 4096
const lineFeed = 10
/** With fewer bytes, decoding them at once costs more than it saves. */
export const smallestBlock = 256
/** How many lines are read one by one after a block that was not ASCII: first and at most. */
const firstBreak = 8
const longestBreak = 64

/**
 * Text decoded ahead of the lines in it, at most 4 KiB. In ASCII and Latin-1 a character is a byte,
 * so that lines can be found and cut in the text: half the work of a search and a decoding for each
 * of them.
 */
export class TextBlock {
  readonly #operations: ByteOperations
  readonly #encoding: TextEncoding
  /** Empty where there is none. */
  text = ''
  /** Where in the decoder's bytes the block begins and ends. An end of -1: there is none. */
  start = 0
  #end = -1
  #limit = largestBlock
  /** How many lines are still to be read one by one, and how many after the next block in vain. */
  #resting = 0
  #break = firstBreak

  constructor(operations: ByteOperations, encoding: TextEncoding) {
    this.#operations = operations
    this.#encoding = encoding
  }

  /**
   * Where the first line feed is of the line that begins at `start`, or -1.
   *
   * @param from in front of this there is none
   */
  findLineFeed(bytes: Uint8Array, start: number, from: number): number {
    if (from < this.#end) {
      const found = this.text.indexOf('\n', from - this.start)
      if (found !== -1) return found + this.start
      return this.#findBehind(bytes, start, this.#end)
    }
    if (this.#resting > 0) {
      this.#resting--
      return this.#operations.indexOf(bytes, lineFeed, from)
    }
    // A line that was searched before has come in pieces: it is decoded when it is whole.
    if (from !== start) return this.#operations.indexOf(bytes, lineFeed, from)
    return this.#findBehind(bytes, start, from)
  }

  /** Whether `[start … end)`, which begins no earlier than the block, lies in it. */
  holds(end: number): boolean {
    return end <= this.#end
  }

  /** Where the first carriage return is at or behind `from`, in the block; or -1. */
  findCarriageReturn(from: number): number {
    const found = this.text.indexOf('\r', from - this.start)
    return found === -1 ? -1 : found + this.start
  }

  /** The text of `[start … end)`, which lies in the block. */
  slice(start: number, end: number): string {
    return this.text.slice(start - this.start, end - this.start)
  }

  /** As `findLineFeed`, with a block that begins at `start` where that pays. */
  #findBehind(bytes: Uint8Array, start: number, from: number): number {
    if (from === bytes.length) return -1
    if (!this.#load(bytes, start)) return this.#operations.indexOf(bytes, lineFeed, from)
    const found = this.text.indexOf('\n', from - start)
    if (found !== -1) {
      this.#break = firstBreak
      return found + start
    }
    if (this.#end === bytes.length) return -1
    // The line is longer than a block, and the next ones may be.
    this.#rest()
    return this.#operations.indexOf(bytes, lineFeed, this.#end)
  }

  /** Make the bytes from `start` the block. Returns false where that does not pay. */
  #load(bytes: Uint8Array, start: number): boolean {
    const left = bytes.length - start
    if (left < smallestBlock) return false
    const size = Math.min(this.#limit, left)
    this.#limit = Math.min(largestBlock, 2 * this.#limit)
    if (size < smallestBlock) return false
    const end = start + size
    if (this.#encoding === 'utf8' && !this.#operations.isAscii(bytes, start, end)) {
      this.#limit = 2 * smallestBlock
      this.#rest()
      return false
    }
    this.text = this.#operations.decode(bytes, start, end, 'latin1')
    this.start = start
    this.#end = end
    return true
  }

  #rest(): void {
    this.#resting = this.#break
    this.#break = Math.min(longestBreak, 2 * this.#break)
  }

  /** Forget the block: the bytes it was decoded from are not valid any more. */
  clear(): void {
    this.text = ''
    this.#end = -1
  }

  /**
   * Forget the block because the receiver wants no more for now. The next block is no larger than
   * what it took: taking one line at a time must not cost 4 KiB each time.
   *
   * @param consumed how many bytes the lines took that were taken since the last `clear`
   */
  stop(consumed: number): void {
    this.clear()
    this.#limit = Math.min(largestBlock, consumed)
  }
}
