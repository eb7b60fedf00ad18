import { describe, expect, it } from 'vitest'
import { nameRecipient, parseRecipient } from '../../src/input/recipient.js'

describe('parseRecipient', () => {
  it.each([
    ['hello', undefined, 'hello'],
    ['@2.3 hello', '2.3', 'hello'],
    ['@2. hello', undefined, '@2. hello'],
    ['@.3 hello', undefined, '@.3 hello'],
    ['@3 hello', '3', 'hello'],
    ['@12  two', '12', ' two'],
    ['@3', '3', ''],
    ['@bob hello', undefined, '@bob hello'],
    ['@3hello', undefined, '@3hello'],
    ['@ 3', undefined, '@ 3'],
    [' @3 x', undefined, ' @3 x'],
    ['', undefined, ''],
  ])('%j', (line, name, text) => {
    const { to, bytes } = parseRecipient(Buffer.from(line))
    expect(to && nameRecipient(to)).toBe(name && `@${name}`)
    expect(Buffer.from(bytes).toString()).toBe(text)
  })

  it('leaves bytes that are no text alone', () => {
    const line = Buffer.concat([Buffer.from('@1 '), Uint8Array.of(0xff, 0)])
    expect(Array.from(parseRecipient(line).bytes)).toEqual([0xff, 0])
  })
})
