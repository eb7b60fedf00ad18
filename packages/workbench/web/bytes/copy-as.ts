import { toBase64 } from './base64.js'
import { toEscapes } from './escapes.js'
import { toHex } from './hex.js'

export const copyForms = ['hex', 'text', 'escapes', 'c', 'buffer', 'base64'] as const
export type CopyForm = (typeof copyForms)[number]

/** Bytes in a form that can be pasted elsewhere. */
export function copyAs(bytes: Uint8Array, form: CopyForm): string {
  switch (form) {
    case 'hex':
      return toHex(bytes)
    case 'text':
      return new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes)
    case 'escapes':
      return toEscapes(bytes)
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
