import { isUtf8 } from 'node:buffer'

/** A stretch of a message: text, or bytes that are not UTF-8. */
export type Piece = string | Uint8Array

/** Bytes as text, or undefined when they are not well-formed UTF-8. */
export function decodeText(bytes: Uint8Array): string | undefined {
  return isUtf8(bytes) ? view(bytes).toString('utf8') : undefined
}

/** Bytes as text and the malformed bytes between it, in order. */
export function decodePieces(bytes: Uint8Array): Piece[] {
  const whole = decodeText(bytes)
  if (whole !== undefined) return [whole]
  const pieces: Piece[] = []
  let start = 0
  let at = 0
  while (at < bytes.length) {
    const length = characterLength(bytes, at)
    if (length > 0) {
      at += length
      continue
    }
    if (at > start) pieces.push(view(bytes.subarray(start, at)).toString('utf8'))
    const last = pieces.at(-1)
    if (at === start && last instanceof Uint8Array) {
      pieces[pieces.length - 1] = bytes.subarray(at - last.length, at + 1)
    } else {
      pieces.push(bytes.subarray(at, at + 1))
    }
    at += 1
    start = at
  }
  if (at > start) pieces.push(view(bytes.subarray(start, at)).toString('utf8'))
  return pieces
}

/** How many bytes at the end may be the beginning of a character whose rest is still to come. */
export function incompleteTail(bytes: Uint8Array): number {
  const farthest = Math.max(0, bytes.length - 3)
  for (let at = bytes.length - 1; at >= farthest; at--) {
    const byte = bytes[at]!
    if (byte < 0x80) return 0
    if (byte < 0xc0) continue
    const held = bytes.length - at
    return held < leadLength(byte) && characterLength(bytes, at, true) > 0 ? held : 0
  }
  return 0
}

/**
 * How many bytes the character at `at` has; 0 when there is none (RFC 3629, section 4).
 *
 * @param partial accept a character that the bytes end in the middle of
 */
function characterLength(bytes: Uint8Array, at: number, partial = false): number {
  const lead = bytes[at]!
  const length = leadLength(lead)
  for (let index = 1; index < length; index++) {
    const byte = bytes[at + index]
    if (byte === undefined) return partial ? index : 0
    const low = index > 1 ? 0x80 : lead === 0xe0 ? 0xa0 : lead === 0xf0 ? 0x90 : 0x80
    const high = index > 1 ? 0xbf : lead === 0xed ? 0x9f : lead === 0xf4 ? 0x8f : 0xbf
    if (byte < low || byte > high) return 0
  }
  return length
}

function leadLength(lead: number): number {
  if (lead < 0x80) return 1
  if (lead < 0xc2) return 0
  if (lead < 0xe0) return 2
  if (lead < 0xf0) return 3
  return lead < 0xf5 ? 4 : 0
}

function view(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}
