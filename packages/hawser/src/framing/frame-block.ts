import type { ByteOperations } from './byte-operations.js'

/** The most that a delivered frame may pin beyond its own size; a large one, its size again. */
const largestBlock = 4096
/** The second block after the receiver stopped and went on. */
const smallestBlock = 512
/** Above this a frame gets memory of its own: sharing would copy more than it saves. */
const largestShared = 1024

const none = new Uint8Array(0)

/**
 * Cuts frames, which their receiver owns, out of bytes that it does not own. Small frames that lie side
 * by side share one copy of at most 4 KiB: an allocation for each of them would cost several times
 * as much as decoding it, and one for all would let a kept frame pin the whole chunk.
 */
export class FrameBlock {
  readonly #operations: ByteOperations
  #block: Uint8Array = none
  /** Where in the decoder's bytes the block begins and ends. An end of -1: there is none. */
  #start = 0
  #end = -1
  #limit = largestBlock

  constructor(operations: ByteOperations) {
    this.#operations = operations
  }

  /**
   * The bytes `[start … end)` as a frame. Between two calls of `clear`, `bytes` is the same and
   * `start` grows.
   *
   * @param owned nothing else will write to `bytes`: a frame about as large may be a view of it
   */
  take(bytes: Uint8Array, start: number, end: number, owned: boolean): Uint8Array {
    const size = end - start
    if (end > this.#end) {
      const pinned = bytes.buffer.byteLength - size
      if (owned && pinned <= Math.max(largestBlock, size)) return view(bytes, start, size)
      const limit = this.#limit
      this.#limit = Math.min(largestBlock, Math.max(smallestBlock, 2 * limit))
      if (size > largestShared || size > limit) {
        return view(this.#operations.copy(bytes, start, end), 0, size)
      }
      this.#start = start
      this.#end = Math.min(bytes.length, start + limit)
      this.#block = this.#operations.copy(bytes, start, this.#end)
    }
    return view(this.#block, start - this.#start, size)
  }

  /** Forget the block: the bytes it was copied from are not valid any more. */
  clear(): void {
    this.#block = none
    this.#end = -1
  }

  /**
   * Forget the block because the receiver wants no more for now. The next block is no larger than
   * what it took: taking one frame at a time must not cost 4 KiB each time.
   *
   * @param consumed how many bytes the frames took that were taken since the last `clear`
   */
  stop(consumed: number): void {
    this.clear()
    this.#limit = Math.min(largestBlock, consumed)
  }
}

/** A plain Uint8Array, whatever `bytes` is: all messages have the same class, and it is cheap. */
function view(bytes: Uint8Array, start: number, size: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, size)
}
