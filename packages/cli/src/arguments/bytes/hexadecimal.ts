import { SpellingError } from './spelling-error.js'

/**
 * Bytes in hexadecimal, two digits each: `010300`, `01 03 00`, `01:03:00`, `0x01, 0x03`.
 *
 * @throws SpellingError
 */
export function parseHexadecimal(text: string): Uint8Array {
  const bytes: number[] = []
  for (const { 0: word, index } of text.matchAll(/[^\s:,-]+/g)) {
    const digits = word.replace(/^0x/i, '')
    const at = index + word.length - digits.length
    const strange = digits.search(/[^\da-f]/i)
    if (strange !== -1) {
      const [character] = digits.slice(strange)
      throw new SpellingError(
        at + strange,
        `${JSON.stringify(character)} is no hexadecimal digit`,
        'write two digits for each byte, such as 01 0a ff',
      )
    }
    if (digits === '' || digits.length % 2 === 1) {
      const many = digits === '' ? 'no' : 'an odd number of'
      const remedy = 'write two for each byte, such as 01 0a ff'
      throw new SpellingError(index, `${word} has ${many} digits`, remedy)
    }
    for (let from = 0; from < digits.length; from += 2) {
      bytes.push(Number.parseInt(digits.slice(from, from + 2), 16))
    }
  }
  return Uint8Array.from(bytes)
}
