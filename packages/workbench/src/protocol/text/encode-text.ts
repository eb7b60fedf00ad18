import type { Encoding } from './encoding.js'
import { gbkOf } from './gbk.js'

/** A text as bytes. @returns undefined when a character of it is not in the encoding */
export function encodeText(text: string, encoding: Encoding): Uint8Array | undefined {
  if (encoding === 'utf-8') return new TextEncoder().encode(text)
  const bytes: number[] = []
  if (encoding === 'utf-16le') {
    for (let at = 0; at < text.length; at++) {
      const unit = text.charCodeAt(at)
      bytes.push(unit & 0xff, unit >>> 8)
    }
    return Uint8Array.from(bytes)
  }
  for (const character of text) {
    const code = encoding === 'gbk' ? gbkOf(character) : latin1Of(character)
    if (code === undefined) return undefined
    if (code > 0xff) bytes.push(code >>> 8)
    bytes.push(code & 0xff)
  }
  return Uint8Array.from(bytes)
}

function latin1Of(character: string): number | undefined {
  const code = character.codePointAt(0) ?? 0
  return code <= 0xff ? code : undefined
}
