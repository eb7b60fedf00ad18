import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bufferOperations } from '../../src/connection/buffer-operations.js'
import { portableOperations } from '../../src/framing/portable-operations.js'
import { bytesAmong } from './support/messages.js'
import { runs } from '../../../../test/support/property-runs.js'

const anyText = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }))
const anyUnits = fc
  .array(fc.oneof(fc.nat({ max: 0xffff }), fc.integer({ min: 0xd7f0, max: 0xe010 })))
  .map((units) => String.fromCharCode(...units))
const textLike = fc.oneof(
  fc.uint8Array(),
  anyText.map((text) => new Uint8Array(Buffer.from(text))),
  bytesAmong('\xef\xbb\xbfa\xc3\xa4\xf0\x9f\x9a\xa2\xed\xa0\x80', 12),
  anyText.map((text) => new Uint8Array(Buffer.from(`\ufeff${text}`))),
)

describe('portable operations give the same answers as those of Buffer', () => {
  it('when a byte or a pattern is searched', () => {
    fc.assert(
      fc.property(
        bytesAmong('ab', 40),
        fc.oneof(fc.constantFrom(0x61, 0x62, 0x63), bytesAmong('ab', 4)),
        fc.nat({ max: 45 }),
        (bytes, pattern, from) => {
          fc.pre(typeof pattern === 'number' || pattern.length > 0)
          expect(portableOperations.indexOf(bytes, pattern, from)).toBe(
            bufferOperations.indexOf(bytes, pattern, from),
          )
        },
      ),
      runs(1000),
    )
  })

  it('when bytes become text, well-formed or not, with a byte order mark or without', () => {
    fc.assert(
      fc.property(
        textLike,
        fc.constantFrom('utf8', 'latin1'),
        fc.nat(9),
        (bytes, encoding, cut) => {
          const start = Math.min(cut, bytes.length)
          expect(portableOperations.decode(bytes, start, bytes.length, encoding)).toBe(
            bufferOperations.decode(bytes, start, bytes.length, encoding),
          )
          expect(portableOperations.isUtf8(bytes, start, bytes.length)).toBe(
            bufferOperations.isUtf8(bytes, start, bytes.length),
          )
        },
      ),
      runs(1000),
    )
  })

  it('when text becomes bytes, with lone surrogates or without', () => {
    fc.assert(
      fc.property(fc.oneof(anyText, anyUnits), (text) => {
        const bytes = portableOperations.encode(text, 'utf8')
        expect(Buffer.from(bytes)).toEqual(Buffer.from(bufferOperations.encode(text, 'utf8')))
        expect(portableOperations.byteLength(text)).toBe(bytes.length)
        expect(bufferOperations.byteLength(text)).toBe(bytes.length)
        for (const operations of [portableOperations, bufferOperations]) {
          const target = new Uint8Array(bytes.length + 3)
          expect(operations.write(text, target, 3)).toBe(bytes.length)
          expect(target.subarray(3)).toEqual(new Uint8Array(bytes))
        }
      }),
      runs(1000),
    )
  })

  it('when text becomes Latin-1', () => {
    const all = String.fromCharCode(...Array.from({ length: 256 }, (_, unit) => unit))
    for (const operations of [portableOperations, bufferOperations]) {
      const bytes = operations.encode(all, 'latin1')
      expect(Array.from(bytes)).toEqual(Array.from({ length: 256 }, (_, unit) => unit))
    }
  })

  it('when a long Latin-1 text is read', () => {
    const bytes = new Uint8Array(20_000).fill(0x92)
    expect(portableOperations.decode(bytes, 1, 20_000, 'latin1')).toBe('\x92'.repeat(19_999))
  })

  it('when bytes are copied out of a larger buffer, which the copy must not pin', () => {
    const source = Buffer.from('hello world')
    for (const operations of [portableOperations, bufferOperations]) {
      const copy = operations.copy(source, 6, 11)
      expect(Buffer.from(copy).toString()).toBe('world')
      expect(copy.buffer.byteLength).toBe(5)
      copy[0] = 0
      expect(source.toString()).toBe('hello world')
    }
  })
})
