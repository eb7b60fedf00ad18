import { describe, expect, it } from 'vitest'
import { parseFraming } from '../../../src/arguments/framing/parse.js'

const crlf = Uint8Array.of(13, 10)

describe('parseFraming reads', () => {
  it.each([
    ['lines', { kind: 'lines' }],
    ['raw', { kind: 'raw' }],
    ['netstring', { kind: 'netstring' }],
    ['json', { kind: 'json' }],
    ['json-values,maxDepth=4', { kind: 'json-values', options: { maxDepth: 4 } }],
    ['slip', { kind: 'slip' }],
    ['silence:50', { kind: 'silence', main: 50 }],
    ['dots', { kind: 'dots' }],
    ['length:2be', { kind: 'length', main: { bytes: 2, endian: 'big' } }],
    ['length:4le', { kind: 'length', main: { bytes: 4, endian: 'little' } }],
    ['length:1', { kind: 'length', main: { bytes: 1 } }],
    ['length:varint', { kind: 'length', main: { bytes: 'varint' } }],
    ['length:ber', { kind: 'length', main: { bytes: 'ber' } }],
    ['fixed:16', { kind: 'fixed', main: 16 }],
  ])('%s', (text, expected) => {
    expect(parseFraming(text)).toEqual({ options: {}, ...expected })
  })

  it.each([
    'delim:0d0A',
    String.raw`delim:\r\n`,
    String.raw`delim:\x0d\n`,
    String.raw`delim:"\r\x0a"`,
    'delim:0d:0a',
    'delim:"\r\n"',
  ])('bytes in %s', (text) => {
    expect(parseFraming(text)).toEqual({ kind: 'delim', main: crlf, options: {} })
  })

  it.each([
    ['delim:;', ';'],
    ['delim::', ':'],
    [String.raw`delim:\,`, ','],
    ['delim:","', ','],
    [String.raw`delim:","`, ','],
    ['delim:"END"', 'END'],
    ['delim:"ab"', 'ab'],
    [String.raw`delim:"a\"b"`, 'a"b'],
    [String.raw`delim:\\`, '\\'],
    [String.raw`delim:\ud7ff`, '\ud7ff'],
    ['delim:é', 'é'],
  ])('text in %s', (text, main) => {
    expect(parseFraming(text)).toEqual({ kind: 'delim', main: byteArray(main), options: {} })
  })

  it('options, with those that are true or false alone or in full', () => {
    expect(
      parseFraming('length:decimal,until=" ",includesHeader,adjust=-2,start=ff,between=skip'),
    ).toEqual({
      kind: 'length',
      main: { bytes: 'decimal' },
      options: {
        until: ' ',
        includesHeader: true,
        adjust: -2,
        start: Uint8Array.of(255),
        between: 'skip',
      },
    })
    expect(parseFraming('lines,sendCrlf=false').options).toEqual({ sendCrlf: false })
  })

  it('a checksum with its options', () => {
    expect(parseFraming('fixed:8,checksum.endian=little,checksum=crc16-modbus')).toEqual({
      kind: 'fixed',
      main: 8,
      options: {},
      checksum: { algorithm: 'crc16-modbus', endian: 'little' },
    })
  })
})

describe('parseFraming refuses, and says where and what to write', () => {
  it.each([
    ['', 1, 'there are lines, raw, length'],
    ['lenght:2be', 1, 'did you mean length?'],
    ['lengthPrefixed:2be', 1, 'did you mean length?'],
    ['jsonLines', 1, 'did you mean json?'],
    ['constructor', 1, 'there are lines'],
    ['lines:2', 7, 'write lines'],
    ['length', 7, 'the length is missing: write 1, 2be'],
    ['length:2', 8, '"2" is no length: write 1, 2be'],
    ['length:5be', 8, 'write 1, 2be'],
    ['length:toString', 8, 'write 1, 2be'],
    ['length:2be,ofset=4', 12, 'length has no option "ofset": did you mean offset?'],
    ['length:2be,toString=4', 12, 'length has no option "toString": it has offset'],
    ['length:2be,offset', 12, 'offset has no value: write offset=2'],
    ['length:2be,offset=', 19, 'write a whole number: offset=2'],
    ['length:2be,offset=4x', 19, 'write a whole number: offset=2'],
    ['length:2be,offset=1e3', 19, 'write a whole number'],
    ['length:2be,offset=1,offset=2', 21, 'offset is given twice'],
    ['length:2be,includesHeader=yes', 27, 'includesHeader is true or false'],
    ['length:2be,start=00,between=skp', 29, 'did you mean skip?'],
    ['length:2be,maxFrame=3', 12, '--max-frame says it'],
    ['length:2be,', 12, 'an option is missing'],
    ['delim', 6, 'bytes are missing'],
    ['delim:', 7, 'bytes are missing'],
    ['delim:""', 7, 'bytes are missing'],
    ['delim:,start=00', 7, String.raw`a comma is \,`],
    ['delim:0', 7, '0 has an odd number of digits'],
    ['delim:0dxy', 9, '"x" is no hexadecimal digit'],
    ['delim:END', 8, 'text is in quotes: "END"'],
    [String.raw`delim:a\q`, 8, String.raw`\q is no escape: write \xNN`],
    [String.raw`delim:"a\x1"`, 9, String.raw`\x1 is no escape`],
    [String.raw`delim:\x0g`, 7, String.raw`\x0g is no escape`],
    [String.raw`delim:\012`, 7, String.raw`\012 is no escape`],
    [String.raw`delim:\ud800`, 7, String.raw`\ud800 is no escape`],
    ['delim:"END', 7, 'the quote is not closed'],
    ['fixed', 6, 'write the size in bytes, such as fixed:16'],
    ['fixed:x', 7, 'write the size in bytes'],
    ['lines,checksum=crc32', 7, 'lines has no option "checksum"'],
    ['raw,x', 5, 'it has none'],
    ['silence', 8, 'write how many milliseconds end a message, such as silence:50'],
    ['silence:5ms', 9, '"5ms" is no whole number'],
    ['slip,checksum=crc16', 15, 'checksum is crc16-modbus, crc16-x25'],
    ['slip,checksum=crc23', 15, 'did you mean crc32?'],
    ['slip,checksum.endian=big', 6, 'checksum.endian needs checksum'],
  ])('%s', (text, character, remedy) => {
    expect(() => parseFraming(text)).toThrow(
      new RegExp(`^--framing, character ${character}: .*${escapePattern(remedy)}`),
    )
  })
})

function byteArray(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text))
}

function escapePattern(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&')
}
