/** Bytes as the requests carry them. */
export function toBase64(bytes: Uint8Array): string {
  let text = ''
  // So many arguments at a time as every browser takes.
  for (let at = 0; at < bytes.length; at += 8_192) {
    text += String.fromCharCode(...bytes.subarray(at, at + 8_192))
  }
  return btoa(text)
}
