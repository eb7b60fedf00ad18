import type { Encoding } from '../../src/protocol/text/encoding.js'
import { gbkSize } from '../../src/protocol/text/gbk.js'
import { utf8Size } from './utf8.js'

/** A part of bytes: text, or bytes that are none. */
export interface TextPart {
  readonly bytes: Uint8Array
  readonly isText: boolean
}

/** How bytes are read. */
export interface Reading {
  readonly encoding: Encoding
  /** Bytes at the beginning that belong to a character of which the first byte came before. */
  readonly skip: number
}

/** Bytes as a message has them: from the first byte of a character on. */
export const utf8: Reading = { encoding: 'utf-8', skip: 0 }

const sizes: Readonly<Record<Encoding, (bytes: Uint8Array, at: number) => number>> = {
  'utf-8': utf8Size,
  gbk: gbkSize,
  latin1: () => 1,
  'utf-16le': utf16Size,
}

/** Bytes cut where text ends and begins. */
export function splitText(all: Uint8Array, { encoding, skip }: Reading = utf8): TextPart[] {
  const size = sizes[encoding]
  // What is no character has as many bytes as the smallest one.
  const unit = encoding === 'utf-16le' ? 2 : 1
  const parts: TextPart[] = []
  let begin = 0
  let at = Math.min(skip, all.length)
  let isText = at === 0
  const cut = (): void => {
    if (at > begin) parts.push({ bytes: all.subarray(begin, at), isText })
    begin = at
  }
  while (at < all.length) {
    const next = size(all, at)
    if (next > 0 !== isText) {
      cut()
      isText = next > 0
    }
    at = Math.min(at + (next > 0 ? next : unit), all.length)
  }
  cut()
  return parts
}

/** Bytes that are text as text. */
export function decodeText(bytes: Uint8Array, encoding: Encoding): string {
  // What is called latin1 on the web is windows-1252.
  if (encoding === 'latin1') return Array.from(bytes, (byte) => String.fromCharCode(byte)).join('')
  // A mark of the byte order is a character that a peer has sent.
  return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes)
}

function utf16Size(bytes: Uint8Array, at: number): number {
  const unit = unitAt(bytes, at)
  if (unit === undefined || (unit >= 0xdc00 && unit <= 0xdfff)) return 0
  if (unit < 0xd800 || unit > 0xdbff) return 2
  const next = unitAt(bytes, at + 2)
  return next !== undefined && next >= 0xdc00 && next <= 0xdfff ? 4 : 0
}

function unitAt(bytes: Uint8Array, at: number): number | undefined {
  const high = bytes[at + 1]
  return high === undefined ? undefined : high * 256 + (bytes[at] ?? 0)
}
