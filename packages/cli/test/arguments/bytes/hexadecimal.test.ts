import { expect, it } from 'vitest'
import { parseHexadecimal } from '../../../src/arguments/bytes/hexadecimal.js'

it.each([
  '01030aFF',
  '01 03 0a ff',
  '01:03:0A:FF',
  '0x01 0X03 0x0aff',
  ' 0103\t0aff\n',
  '01-03,0a, ff',
])('reads %j', (text) => {
  expect(parseHexadecimal(text)).toEqual(Uint8Array.of(1, 3, 10, 255))
})

it('reads nothing as no bytes', () => {
  expect(parseHexadecimal(' ')).toEqual(new Uint8Array(0))
})

it.each([
  ['1', 1, '1 has an odd number of digits'],
  ['01 03 0', 7, '0 has an odd number of digits'],
  ['01 0x', 4, '0x has no digits'],
  ['01 0g', 5, '"g" is no hexadecimal digit'],
  ['0x0q', 4, '"q" is no hexadecimal digit'],
  ['01 0😀', 5, '"😀" is no hexadecimal digit'],
])('refuses %j at character %i', (text, character, what) => {
  expect(() => parseHexadecimal(text)).toThrow(`${what} at character ${character}: write two`)
})
