import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { runs } from '../../../../../test/support/property-runs.js'
import { unescapeText } from '../../../src/arguments/bytes/escapes.js'
import { showBytes } from '../../../src/output/text.js'

describe('unescapeText', () => {
  it.each([
    [String.raw`\x00\xff\xFe`, [0, 255, 254]],
    [String.raw`\r\n\t\0`, [13, 10, 9, 0]],
    [String.raw`\\x41`, [...Buffer.from('\\x41')]],
    [String.raw`\"\,\ `, [...Buffer.from('", ')]],
    [String.raw`\u202e\u{1f600}`, [...Buffer.from('\u202e😀')]],
    ['é😀', [...Buffer.from('é😀')]],
    [String.raw`é\xe9é`, [0xc3, 0xa9, 0xe9, 0xc3, 0xa9]],
    [String.raw`\0a`, [0, 97]],
    ['', []],
  ])('reads %s', (text, bytes) => {
    expect([...unescapeText(text)]).toEqual(bytes)
  })

  it.each([
    ['ab\\', 3, '\\'],
    [String.raw`\x4`, 1, String.raw`\x4`],
    [String.raw`a\xg1`, 2, String.raw`\xg1`],
    [String.raw`\01`, 1, String.raw`\01`],
    [String.raw`\a`, 1, String.raw`\a`],
    [String.raw`\é`, 1, String.raw`\é`],
    [String.raw`\u12`, 1, String.raw`\u12`],
    [String.raw`\u{110000}`, 1, String.raw`\u{110000}`],
    [String.raw`\udfff`, 1, String.raw`\udfff`],
  ])('refuses %s', (text, character, written) => {
    expect(() => unescapeText(text)).toThrow(`${written} is no escape at character ${character}: `)
  })

  it('reads every bytes as the command shows them', () => {
    fc.assert(
      fc.property(fc.uint8Array({ size: '+1' }), (bytes) => {
        expect(unescapeText(showBytes(bytes, (escape) => escape))).toEqual(bytes)
      }),
      runs(1_000),
    )
  })

  it('reads every text as the command shows it', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        const bytes = Uint8Array.from(Buffer.from(text))
        expect(unescapeText(showBytes(bytes, (escape) => escape))).toEqual(bytes)
      }),
      runs(1_000),
    )
  })
})
