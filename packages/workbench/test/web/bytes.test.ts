import { Buffer } from 'node:buffer'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../test/support/property-runs.js'
import { showSize, showSpan } from '../../web/bytes/amounts.js'
import { toBase64 } from '../../web/bytes/base64.js'
import { checksums } from '../../web/bytes/checksums.js'
import { copyAs } from '../../web/bytes/copy-as.js'
import { parseEscapes, toEscapes } from '../../web/bytes/escapes.js'
import { parseHex, toHex } from '../../web/bytes/hex.js'
import { readNumbers } from '../../web/bytes/numbers.js'
import { type Piece, showLine, showText, tame } from '../../web/bytes/show-text.js'
import { splitText } from '../../web/bytes/split-text.js'

const text = (said: string): Uint8Array => new TextEncoder().encode(said)
const joined = (pieces: readonly Piece[]): string => pieces.map((piece) => piece.text).join('')

describe('hex', () => {
  it.each([
    ['48 65', [0x48, 0x65]],
    ['4865', [0x48, 0x65]],
    ['0x48, 0x65', [0x48, 0x65]],
    ['\\x48\\x65', [0x48, 0x65]],
    ['48:65', [0x48, 0x65]],
    ['48-65_6C', [0x48, 0x65, 0x6c]],
    ['{0x48, 0x0}', [0x48, 0]],
    ['[ 0xA ]', [10]],
    ['48 // the first\n65 # the second', [0x48, 0x65]],
    ['', []],
  ])('%s is read', (written, bytes) => {
    expect(parseHex(written)).toEqual(Uint8Array.from(bytes))
  })

  it.each(['hello', '486', '48 6g', '0x123'])('%s is no hex', (written) => {
    expect(parseHex(written)).toBeUndefined()
  })

  it('any bytes come back as they were', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(parseHex(toHex(bytes))).toEqual(bytes)
      }),
      runs(1_000),
    )
  })
})

describe('escapes', () => {
  it('stand for bytes; what is none stays as it is written', () => {
    expect(parseEscapes('a\\r\\n\\t\\0\\\\n\\xff')).toEqual(
      Uint8Array.from([97, 13, 10, 9, 0, 92, 110, 255]),
    )
    expect(parseEscapes('\\q \\x4 é')).toEqual(text('\\q \\x4 é'))
  })

  it('any bytes come back as they were, in characters that a field shows', () => {
    const bytes = fc.oneof(
      fc.uint8Array(),
      fc.string({ unit: 'binary' }).map(text),
      fc.constantFrom(text('\ufeffa'), text('\u0085\u202e'), Uint8Array.of(0xe2, 0x80)),
    )
    fc.assert(
      fc.property(bytes, (given) => {
        const written = toEscapes(given)
        expect(parseEscapes(written)).toEqual(given)
        expect(written).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
      }),
      runs(2_000),
    )
  })
})

describe('text of a peer', () => {
  it('is UTF-8, and each byte that is none is an escape', () => {
    expect(joined(showLine(text('naïve 日本')))).toBe('naïve 日本')
    expect(showLine(Uint8Array.of(97, 0xff, 0xfe, 98))).toEqual([
      { text: 'a', isEscape: false },
      { text: '\\xff\\xfe', isEscape: true },
      { text: 'b', isEscape: false },
    ])
    // A character that was cut.
    expect(joined(showLine(text('日').subarray(0, 2)))).toBe('\\xe6\\x97')
  })

  it('changes nothing around it: controls, marks of direction and of lines are escapes', () => {
    const said = '\u001b[2J \u202egnp.exe\u2066 \u2028 \u200d \ufeff \u0085 \u0000\r\n'
    const shown = joined(showLine(text(said)))
    expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u)
    expect(shown).toBe(
      '\\x1b[2J \\u{202e}gnp.exe\\u{2066} \\u{2028} \\u{200d} \\u{feff} \\u{85} \\0\\r\\n',
    )
    expect(tame(said)).toBe(shown)
  })

  it('keeps its lines where it is shown as text', () => {
    expect(joined(showText(text('a\r\n\tb\rc')))).toBe('a\n\tb\\rc')
  })

  it.each(['c080', 'e08080', 'eda080', 'f0808080', 'f4908080', 'f5808080', 'e2e282ac', '80'])(
    '%s is no UTF-8',
    (hex) => {
      const [first] = splitText(Buffer.from(hex, 'hex'))
      expect(first?.isText).toBe(false)
    },
  )

  it('is cut where the Unicode standard says that UTF-8 ends', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 12 }), (bytes) => {
        const decode = new TextDecoder('utf-8', { fatal: true })
        const parts = splitText(bytes)
        expect(Buffer.concat(parts.map((part) => part.bytes))).toEqual(Buffer.from(bytes))
        for (const part of parts) {
          if (part.isText) decode.decode(part.bytes)
          else expect(() => decode.decode(part.bytes)).toThrow(TypeError)
        }
      }),
      runs(5_000),
    )
    fc.assert(
      fc.property(fc.string({ unit: 'binary', minLength: 1 }), (said) => {
        expect(splitText(text(said))).toEqual([{ bytes: text(said), isText: true }])
      }),
      runs(1_000),
    )
  })
})

it('bytes are numbers of both endians', () => {
  const rows = readNumbers(Uint8Array.of(0xff, 0, 0, 0, 0, 0, 0, 0x40))
  const of = (name: string): unknown => rows.find((row) => row.name === name)
  expect(of('u8')).toEqual({ name: 'u8', little: '255', big: '255' })
  expect(of('i8')).toEqual({ name: 'i8', little: '-1', big: '-1' })
  expect(of('u16')).toEqual({ name: 'u16', little: '255', big: '65280' })
  expect(of('i16')).toEqual({ name: 'i16', little: '255', big: '-256' })
  expect(of('u64')).toEqual({
    name: 'u64',
    little: '4611686018427388159',
    big: '18374686479671623744',
  })
  expect(of('f64')).toMatchObject({ little: '2.0000000000001132' })
  const [, , u16, , u32] = readNumbers(Uint8Array.of(1, 2))
  expect(u16).toEqual({ name: 'u16', little: '513', big: '258' })
  expect(u32).toEqual({ name: 'u32', little: undefined, big: undefined })
  expect(readNumbers(Uint8Array.of(0xcd, 0xcc, 0xcc, 0x3d))).toContainEqual(
    expect.objectContaining({ name: 'f32', little: '0.1' }),
  )
})

it('checksums are those of the catalogues', () => {
  // What the catalogue of CRCs calls the check: of 123456789.
  expect(Object.fromEntries(checksums(text('123456789')))).toEqual({
    sum8: 'dd',
    xor8: '31',
    'crc16-modbus': '4b37',
    'crc16-x25': '906e',
    crc32: 'cbf43926',
  })
})

it('bytes are copied in forms that other places take', () => {
  const bytes = Uint8Array.of(72, 0, 255)
  expect(copyAs(bytes, 'hex')).toBe('48 00 ff')
  expect(copyAs(bytes, 'escapes')).toBe('H\\0\\xff')
  expect(copyAs(bytes, 'c')).toBe('const unsigned char data[3] = {0x48, 0x00, 0xff};')
  expect(copyAs(bytes, 'buffer')).toBe("Buffer.from('4800ff', 'hex')")
  expect(copyAs(bytes, 'base64')).toBe('SAD/')
  expect(copyAs(text('\ufeffé'), 'text')).toBe('\ufeffé')
  const many = new Uint8Array(100_000).fill(7)
  expect(toBase64(many)).toBe(Buffer.from(many).toString('base64'))
})

it('amounts are short', () => {
  expect([0, 1_023, 1_024, 10_240, 5 * 1024 ** 3].map(showSize)).toEqual([
    '0 B',
    '1023 B',
    '1.0 KiB',
    '10 KiB',
    '5.0 GiB',
  ])
  expect([0, 12.5, 59_999, 61_500, -3].map(showSpan)).toEqual([
    '+0.000 s',
    '+0.013 s',
    '+59.999 s',
    '+1:01.5',
    '−0.003 s',
  ])
})
