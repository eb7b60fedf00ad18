import fc from 'fast-check'

/** Bytes as a Latin-1 string stands for them, or the text's UTF-8. */
export function bytesOf(message: Uint8Array | string): Uint8Array {
  return typeof message === 'string' ? new Uint8Array(Buffer.from(message)) : message
}

/** Bytes or text of at most `maxLength` bytes. */
export function binaryMessage(maxLength: number): fc.Arbitrary<Uint8Array | string> {
  return fc.oneof(
    fc.uint8Array({ maxLength }),
    fc
      .string({ unit: 'grapheme', maxLength })
      .filter((text) => Buffer.byteLength(text) <= maxLength),
  )
}

/** Bytes out of a few that matter to the framing. */
export function bytesAmong(characters: string, maxLength: number): fc.Arbitrary<Uint8Array> {
  return fc
    .array(fc.constantFrom(...Buffer.from(characters, 'latin1')), { maxLength })
    .map((bytes) => Uint8Array.from(bytes))
}
