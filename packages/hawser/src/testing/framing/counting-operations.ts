import { bufferOperations } from '../../connection/buffer-operations.js'
import type { ByteOperations } from '../../framing/byte-operations.js'

/** Byte operations that count the bytes they look at or copy, so that work is seen without a clock. */
export interface CountingOperations extends ByteOperations {
  /** Since they were made. */
  readonly count: number
}

/** Other operations, counted; those of the runtime by default. */
export function countingOperations(
  operations: ByteOperations = bufferOperations,
): CountingOperations {
  let count = 0
  return {
    ...operations,
    get count() {
      return count
    },
    indexOf(bytes, pattern, from) {
      const found = operations.indexOf(bytes, pattern, from)
      count += (found === -1 ? bytes.length : found + 1) - Math.min(from, bytes.length)
      return found
    },
    isAscii(bytes, start, end) {
      count += end - start
      return operations.isAscii(bytes, start, end)
    },
    isUtf8(bytes, start, end) {
      count += end - start
      return operations.isUtf8(bytes, start, end)
    },
    decode(bytes, start, end, encoding) {
      count += end - start
      return operations.decode(bytes, start, end, encoding)
    },
    copy(bytes, start, end) {
      count += end - start
      return operations.copy(bytes, start, end)
    },
  }
}
