import type { Encoding } from '../../src/protocol/text/encoding.js'
import { toBase64 } from './base64.js'
import { toEscapes } from './escapes.js'
import { toHex } from './hex.js'
import { decodeText } from './split-text.js'

export const copyForms = ['hex', 'text', 'escapes', 'c', 'buffer', 'base64'] as const
export type CopyForm = (typeof copyForms)[number]

/** Bytes in a form that can be pasted elsewhere. */
export function copyAs(bytes: Uint8Array, form: CopyForm, encoding: Encoding = 'utf-8'): string {
  switch (form) {
    case 'hex':
      return toHex(bytes)
    case 'text':
      return decodeText(bytes, encoding)
    case 'escapes':
      return toEscapes(bytes, encoding)
    case 'c':
      return `const unsigned char data[${bytes.length}] = {${list(bytes)}};`
    case 'buffer':
      return `Buffer.from('${toHex(bytes).replaceAll(' ', '')}', 'hex')`
    case 'base64':
      return toBase64(bytes)
  }
}

function list(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => `0x${byte.toString(16).padStart(2, '0')}`).join(', ')
}
