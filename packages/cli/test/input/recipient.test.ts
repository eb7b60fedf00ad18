import { describe, expect, it } from 'vitest'
import { parseRecipient } from '../../src/input/recipient.js'

describe('parseRecipient', () => {
  it.each([
    ['hello', undefined, 'hello'],
    ['@3 hello', 3, 'hello'],
    ['@12  two', 12, ' two'],
    ['@3', 3, ''],
    ['@bob hello', undefined, '@bob hello'],
    ['@3hello', undefined, '@3hello'],
    ['@ 3', undefined, '@ 3'],
    [' @3 x', undefined, ' @3 x'],
    ['', undefined, ''],
  ])('%j', (line, id, text) => {
    const { id: found, bytes } = parseRecipient(Buffer.from(line))
    expect([found, Buffer.from(bytes).toString()]).toEqual([id, text])
  })

  it('leaves bytes that are no text alone', () => {
    const line = Buffer.concat([Buffer.from('@1 '), Uint8Array.of(0xff, 0)])
    expect(Array.from(parseRecipient(line).bytes)).toEqual([0xff, 0])
  })
})
