import { Buffer } from 'node:buffer'

const { utf8Write } = Buffer.prototype as Buffer & {
  utf8Write?: (text: string, offset: number, length: number) => number
}

/** Whether the last code unit is the first half of a pair. */
export function endsMidway(text: string): boolean {
  const last = text.charCodeAt(text.length - 1)
  return last >= 0xd800 && last <= 0xdbff
}

/**
 * Writes `text` as UTF-8 into at most `length` bytes of `block`, whole characters only.
 *
 * @returns how many bytes it wrote
 */
export function writeText(block: Uint8Array, text: string, offset: number, length: number): number {
  if (utf8Write !== undefined) return utf8Write.call(block as Buffer, text, offset, length)
  const target = Buffer.from(block.buffer, block.byteOffset, block.byteLength)
  return target.write(text, offset, length, 'utf8')
}
