import type { ByteOperations, TextEncoding } from './byte-operations.js'

// Every runtime has these two, and no library of ECMAScript declares them.
declare const TextDecoder: new (
  label: 'utf-8',
  options: { fatal: boolean; ignoreBOM: boolean },
) => { decode(bytes: Uint8Array): string }
declare const TextEncoder: new () => {
  encode(text: string): Uint8Array
  encodeInto(text: string, target: Uint8Array): { written: number }
}

const encoder = new TextEncoder()
const lenient = new TextDecoder('utf-8', { fatal: false, ignoreBOM: true })
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })

/** How many arguments a call may safely have. */
const unitsPerCall = 4096

/** The bytes of `text` in UTF-8. */
export function encodeUtf8(text: string): Uint8Array {
  return encoder.encode(text)
}

/**
 * The byte operations that every runtime can do, for tests and for a runtime without Buffer. They
 * return the same as Buffer's, more slowly.
 */
export const portableOperations: ByteOperations = {
  indexOf: (bytes, pattern, from) =>
    typeof pattern === 'number' ? bytes.indexOf(pattern, from) : findPattern(bytes, pattern, from),
  decode: (bytes, start, end, encoding) =>
    encoding === 'utf8'
      ? lenient.decode(bytes.subarray(start, end))
      : decodeLatin1(bytes, start, end),
  isAscii(bytes, start, end) {
    for (let at = start; at < end; at++) {
      if (bytes[at]! > 0x7f) return false
    }
    return true
  },
  isUtf8(bytes, start, end) {
    try {
      strict.decode(bytes.subarray(start, end))
      return true
    } catch {
      return false
    }
  },
  encode: (text: string, encoding: TextEncoding) =>
    encoding === 'utf8'
      ? encoder.encode(text)
      : Uint8Array.from({ length: text.length }, (_, at) => text.charCodeAt(at)),
  byteLength: countUtf8,
  copy(bytes, start, end) {
    // Not `slice`: a Buffer's gives a view.
    const copy = new Uint8Array(end - start)
    copy.set(bytes.subarray(start, end))
    return copy
  },
  write: (text, target, offset) => encoder.encodeInto(text, target.subarray(offset)).written,
}

function findPattern(bytes: Uint8Array, pattern: Uint8Array, from: number): number {
  const first = pattern[0]!
  const last = bytes.length - pattern.length
  for (let at = bytes.indexOf(first, from); at !== -1 && at <= last;) {
    let matched = 1
    while (matched < pattern.length && bytes[at + matched] === pattern[matched]) matched++
    if (matched === pattern.length) return at
    at = bytes.indexOf(first, at + 1)
  }
  return -1
}

// A TextDecoder's "latin1" is Windows-1252, which differs between 0x80 and 0x9f.
function decodeLatin1(bytes: Uint8Array, start: number, end: number): string {
  let text = ''
  for (let at = start; at < end; at += unitsPerCall) {
    const units = bytes.subarray(at, Math.min(end, at + unitsPerCall))
    text += String.fromCharCode.apply(undefined, Array.from(units))
  }
  return text
}

function countUtf8(text: string): number {
  let count = text.length
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at)
    if (unit >= 0x80) count += unit >= 0x800 ? 2 : 1
    // A pair takes four bytes: three as counted for its first half, one for its second.
    if (isPair(unit, text.charCodeAt(at + 1))) at++
  }
  return count
}

function isPair(high: number, low: number): boolean {
  return (high & 0xfc00) === 0xd800 && (low & 0xfc00) === 0xdc00
}
