const upperCase = Uint8Array.from({ length: 256 }, (_, byte) =>
  byte >= 0x61 && byte <= 0x7a ? byte - 0x20 : byte,
)

/** Make the ASCII letters of `bytes` upper case, in place. */
export function upperCaseInPlace(bytes: Uint8Array): void {
  // Looked up, for a branch on mixed letters is mispredicted half the time.
  for (let i = 0; i < bytes.length; i++) bytes[i] = upperCase[bytes[i] as number] as number
}
