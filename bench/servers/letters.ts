/** Make the ASCII letters of `bytes` upper case, in place. */
export function upperCaseInPlace(bytes: Uint8Array): void {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i] as number
    if (byte >= 0x61 && byte <= 0x7a) bytes[i] = byte - 0x20
  }
}
