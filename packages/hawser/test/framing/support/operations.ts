import { bufferOperations } from '../../../src/connection/buffer-operations.js'
import type { ByteOperations } from '../../../src/framing/byte-operations.js'
import { portableOperations } from '../../../src/framing/portable-operations.js'

/** Both sets of byte operations, by name, for `describe.each`. */
export const bothOperations: readonly (readonly [string, ByteOperations])[] = [
  ['Buffer', bufferOperations],
  ['portable', portableOperations],
]

/** Byte operations that count the bytes they look at or copy. */
export interface CountingOperations extends ByteOperations {
  readonly count: number
}

/** Wraps `operations` so that work can be asserted without a clock. */
export function countBytes(operations: ByteOperations): CountingOperations {
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
