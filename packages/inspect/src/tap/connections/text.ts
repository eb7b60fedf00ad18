import { natives } from '../natives.js'

/** @returns the encoding as Buffer has it; what it does not know is what Node.js makes of it as well */
export function normalize(encoding: string): BufferEncoding {
  switch (encoding) {
    case 'utf8':
    case 'utf-8':
      return 'utf8'
    case 'latin1':
    case 'binary':
    case 'ascii':
      return 'latin1'
    default:
      return encoding as BufferEncoding
  }
}

export function toBytes(text: string, encoding: string): Uint8Array {
  return natives.fromText(text, encoding as BufferEncoding)
}
