import { natives } from '../natives.js'

/** @returns the encoding that text can be written in where it is kept, without bytes made of it first */
export function findDirect(encoding: string): 'utf8' | 'latin1' | undefined {
  switch (encoding) {
    case 'utf8':
    case 'utf-8':
      return 'utf8'
    case 'latin1':
    case 'binary':
    case 'ascii':
      return 'latin1'
    default:
      return undefined
  }
}

/** @returns the bytes of a text; none in an encoding that Node.js refuses as well */
export function toBytes(text: string, encoding: string): Uint8Array {
  return natives.isEncoding(encoding) ? natives.fromText(text, encoding) : nothing
}

/** @returns how many bytes a text has */
export function lengthOf(text: string, encoding: string): number {
  const direct = findDirect(encoding)
  if (direct === 'latin1') return text.length
  return direct === 'utf8' ? natives.byteLength(text, direct) : toBytes(text, encoding).length
}

const nothing = new Uint8Array()
