import { expect, it } from 'vitest'
import { adviseEscapes, readTyped } from '../../../src/arguments/bytes/typed.js'

it.each([
  [String.raw`C:\x41\n`, false, String.raw`C:\x41\n`, true],
  [String.raw`C\x41`, true, 'CA', true],
  [String.raw`a\c`, true, 'a', false],
  [String.raw`\c`, true, '', false],
  [String.raw`a\\c`, true, String.raw`a\c`, true],
  [String.raw`a\\\c`, true, 'a\\', false],
  [String.raw`a\c`, false, String.raw`a\c`, true],
])('%s, with escapes %s, is %s and a line: %s', (text, hasEscapes, bytes, isLine) => {
  const typed = readTyped(text, hasEscapes)
  expect({ ...typed, bytes: Buffer.from(typed.bytes).toString() }).toEqual({ bytes, isLine })
})

it('refuses a \\c that is not at the end', () => {
  expect(() => readTyped(String.raw`a\cb`, true)).toThrow('is no escape at character 2')
})

it('advises --escapes for what looks like one, and for nothing else', () => {
  expect(adviseEscapes(String.raw`a\x0B`)).toBe(
    String.raw`\x0B goes out as 4 characters: with --escapes it is a byte`,
  )
  expect(adviseEscapes(String.raw`PING\r\n`)).toBe(
    String.raw`\r\n goes out as 4 characters: with --escapes it is 2 bytes`,
  )
  expect(adviseEscapes(String.raw`PING\r`)).toBe(
    String.raw`\r goes out as 2 characters: with --escapes it is a byte`,
  )
  expect(adviseEscapes(String.raw`C:\new\xyz`)).toBeUndefined()
})
