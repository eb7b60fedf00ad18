import { Buffer, isAscii, isUtf8 } from 'node:buffer'
import type { ByteOperations, TextEncoding } from '../framing/byte-operations.js'

const prototype = Buffer.prototype as Buffer & NativeSlices

/** Called on plain Uint8Arrays: they are cheaper to make than Buffers and these natives take both. */
interface NativeSlices {
  utf8Slice(start: number, end: number): string
  latin1Slice(start: number, end: number): string
}

const { indexOf } = prototype as { indexOf: (pattern: number | Uint8Array, from: number) => number }

// A runtime without the native slices (they are undocumented) still has `toString`.
const slicesExist =
  typeof prototype.utf8Slice === 'function' && typeof prototype.latin1Slice === 'function'

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** Plain Uint8Array views are several times cheaper to make than `subarray` of a Buffer. */
function view(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.buffer, bytes.byteOffset + start, end - start)
}

const decodeNative: ByteOperations['decode'] = (bytes, start, end, encoding) =>
  encoding === 'utf8'
    ? prototype.utf8Slice.call(bytes, start, end)
    : prototype.latin1Slice.call(bytes, start, end)

const decodePlain: ByteOperations['decode'] = (bytes, start, end, encoding) =>
  asBuffer(bytes).toString(encoding, start, end)

/**
 * What a framing needs of bytes, done by Node's Buffer: what a connection passes to its framing.
 * Pass them to a decoder or an encoder that has no connection, as in a test or inside another one.
 */
export const bufferOperations: ByteOperations = Object.freeze<ByteOperations>({
  indexOf: (bytes, pattern, from) => indexOf.call(bytes as Buffer, pattern, from),
  decode: slicesExist ? decodeNative : decodePlain,
  isAscii: (bytes, start, end) => isAscii(view(bytes, start, end)),
  isUtf8: (bytes, start, end) => isUtf8(view(bytes, start, end)),
  encode: (text: string, encoding: TextEncoding) => Buffer.from(text, encoding),
  byteLength: (text) => Buffer.byteLength(text),
  copy(bytes, start, end) {
    // Not from Buffer's pool: a small frame would pin 8 KiB of it.
    const copy = Buffer.allocUnsafeSlow(end - start)
    copy.set(view(bytes, start, end))
    return copy
  },
  write: (text, target, offset) => asBuffer(target).write(text, offset, 'utf8'),
})
