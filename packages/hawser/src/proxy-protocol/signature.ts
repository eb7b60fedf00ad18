/** With what a version 1 header begins: `PROXY` and its space. */
export const textSignature: Uint8Array = Uint8Array.of(0x50, 0x52, 0x4f, 0x58, 0x59, 0x20)

/** With what a version 2 header begins. */
export const binarySignature: Uint8Array = Uint8Array.of(
  ...[0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a],
)

/**
 * Compare the last of `length` bytes; those before it were. The two signatures differ in their first
 * byte, so there is never a doubt which one is meant.
 *
 * @returns the version once its signature is whole, `more` while it may become one, else `none`
 */
export function matchSignature(held: Uint8Array, length: number): 1 | 2 | 'more' | 'none' {
  const isBinary = held[0] === binarySignature[0]
  const signature = isBinary ? binarySignature : textSignature
  if (held[length - 1] !== signature[length - 1]) return 'none'
  if (length < signature.length) return 'more'
  return isBinary ? 2 : 1
}
