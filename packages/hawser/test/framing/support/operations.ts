import { bufferOperations } from '../../../src/connection/buffer-operations.js'
import type { ByteOperations } from '../../../src/framing/byte-operations.js'
import { portableOperations } from '../../../src/framing/portable-operations.js'

/** Both sets of byte operations, by name, for `describe.each`. */
export const bothOperations: readonly (readonly [string, ByteOperations])[] = [
  ['Buffer', bufferOperations],
  ['portable', portableOperations],
]
