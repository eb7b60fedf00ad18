import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../test/support/property-runs.js'
import { encodeText } from '../../src/protocol/text/encode-text.js'
import { encodings } from '../../src/protocol/text/encoding.js'
import { parseEscapes, toEscapes } from '../../web/bytes/escapes.js'
import { showLine } from '../../web/bytes/show-text.js'
import { decodeText, type Reading, splitText } from '../../web/bytes/split-text.js'

const hex = (digits: string): Uint8Array => Uint8Array.from(Buffer.from(digits, 'hex'))
const shown = (bytes: Uint8Array, reading: Reading): string => {
  return showLine(bytes, reading)
    .map((piece) => piece.text)
    .join('')
}

it.each([
  ['你好', 'gbk', 'c4e3bac3'],
  ['€', 'gbk', '80'],
  ['a中', 'gbk', '61d6d0'],
  ['中', 'utf-8', 'e4b8ad'],
  ['中', 'utf-16le', '2d4e'],
  ['é', 'latin1', 'e9'],
] as const)('%s in %s', (said, encoding, digits) => {
  expect(encodeText(said, encoding)).toEqual(hex(digits))
  expect(shown(hex(digits), { encoding, skip: 0 })).toBe(said)
})

it('what an encoding does not have is said, or becomes a question mark where one types', () => {
  expect(encodeText('中é', 'latin1')).toBeUndefined()
  expect(encodeText('😀', 'gbk')).toBeUndefined()
  expect(parseEscapes('a😀\\xff', 'gbk')).toEqual(hex('613fff'))
})

it('each character of GBK comes back', () => {
  const table = new TextDecoder('gbk', { fatal: true })
  let count = 0
  for (let first = 0x81; first <= 0xfe; first++) {
    for (let second = 0x40; second <= 0xfe; second++) {
      const pair = Uint8Array.of(first, second)
      let character: string
      try {
        character = table.decode(pair)
      } catch {
        continue
      }
      if (character.length !== 1) continue
      count++
      const back = encodeText(character, 'gbk')
      expect(back && decodeText(back, 'gbk')).toBe(character)
      expect(splitText(pair, { encoding: 'gbk', skip: 0 })).toEqual([{ bytes: pair, isText: true }])
    }
  }
  // All that GBK has, and the user-defined ones.
  expect(count).toBeGreaterThan(23_000)
})

it('a byte of a character that was cut off is shown as a byte', () => {
  expect(shown(hex('d6d0ce'), { encoding: 'gbk', skip: 0 })).toBe('中\\xce')
  expect(shown(hex('c4d6d0'), { encoding: 'gbk', skip: 1 })).toBe('\\xc4中')
  expect(shown(hex('4e2d4e00'), { encoding: 'utf-16le', skip: 1 })).toBe('\\x4e中\\x00')
  expect(shown(hex('00d82d4e'), { encoding: 'utf-16le', skip: 0 })).toBe('\\x00\\xd8中')
  expect(shown(hex('ff41'), { encoding: 'gbk', skip: 0 })).toBe('\\xffA')
})

describe.each(encodings)('any bytes by %s', (encoding) => {
  it('are the same when what is shown in a field is read again', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(parseEscapes(toEscapes(bytes, encoding), encoding)).toEqual(bytes)
      }),
      runs(500),
    )
  })

  it('are all there in their parts', () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.nat(1), (bytes, skip) => {
        const parts = splitText(bytes, { encoding, skip })
        expect(Buffer.concat(parts.map((part) => part.bytes))).toEqual(Buffer.from(bytes))
      }),
      runs(200),
    )
  })
})
