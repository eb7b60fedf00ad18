import { describe, expect, it } from 'vitest'
import { decodePieces, incompleteTail } from '../../src/output/decode.js'

const bytes = (...values: number[]): Uint8Array => Uint8Array.from(values)

describe('decodePieces', () => {
  it('is one text for well-formed bytes', () => {
    expect(decodePieces(Buffer.from('größe €😀'))).toEqual(['größe €😀'])
  })

  it('keeps malformed bytes apart from the text around them', () => {
    const mixed = Buffer.concat([Buffer.from('é'), bytes(0xff, 0xfe), Buffer.from('€')])
    const pieces = decodePieces(mixed).map((piece) =>
      typeof piece === 'string' ? piece : Array.from(piece),
    )
    expect(pieces).toEqual(['é', [0xff, 0xfe], '€'])
  })

  it.each([
    ['an overlong slash', bytes(0xc0, 0xaf)],
    ['an overlong of three bytes', bytes(0xe0, 0x80, 0xaf)],
    ['half a surrogate pair', bytes(0xed, 0xa0, 0x80)],
    ['beyond U+10FFFF', bytes(0xf4, 0x90, 0x80, 0x80)],
    ['a lone continuation', bytes(0x80)],
    ['a character cut off', bytes(0xe2, 0x82)],
  ])('does not take %s for text', (_name, malformed) => {
    expect(decodePieces(malformed).every((piece) => typeof piece !== 'string')).toBe(true)
  })

  it('agrees with the platform on which bytes are text, for every pair of bytes', () => {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    for (let first = 0; first < 256; first += 3) {
      for (let second = 0; second < 256; second += 3) {
        const pair = bytes(0xff, first, second)
        const shown = decodePieces(pair).filter((piece) => typeof piece === 'string')
        let expected = true
        try {
          decoder.decode(pair.subarray(1))
        } catch {
          expected = false
        }
        if (expected) expect(shown.join('')).toBe(Buffer.from(pair.subarray(1)).toString())
        else expect(Buffer.from(shown.join('')).length).toBeLessThan(2)
      }
    }
  })
})

describe('incompleteTail', () => {
  it.each([
    ['', 0],
    ['abc', 0],
    ['€', 0],
    ['😀', 0],
  ])('is 0 behind %j', (text, expected) => {
    expect(incompleteTail(Buffer.from(text))).toBe(expected)
  })

  it('counts the bytes of a character that is still arriving', () => {
    const smiley = Buffer.from('a😀')
    expect([2, 3, 4].map((end) => incompleteTail(smiley.subarray(0, end)))).toEqual([1, 2, 3])
  })

  it('does not wait for what can never become a character', () => {
    expect(incompleteTail(bytes(0x61, 0xff))).toBe(0)
    expect(incompleteTail(bytes(0x80, 0x80, 0x80))).toBe(0)
    expect(incompleteTail(bytes(0xed, 0xa0))).toBe(0)
  })
})
