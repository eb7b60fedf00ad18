import { describe, expect, it } from 'vitest'
import { escapeText, isSafe } from '../../src/output/escape.js'

describe('escapeText', () => {
  it('leaves ordinary text of any script as it is', () => {
    const text = 'plain, Grüße, Привет, 你好, שלום, مرحبا, 👍, a\\b'
    expect(escapeText(text)).toBe(text)
    expect(isSafe(text)).toBe(true)
  })

  it('escapes every C0 control, DEL and every C1 control', () => {
    for (let code = 0; code < 0xa0; code++) {
      if (code >= 0x20 && code < 0x7f) continue
      const escaped = escapeText(`a${String.fromCharCode(code)}b`)
      expect(escaped, `code ${code}`).toMatch(/^a\\(?:[tnr]|x[0-7][0-9a-f]|u00[89][0-9a-f])b$/)
    }
  })

  it('defuses a sequence that would clear the screen and set the title', () => {
    expect(escapeText('\x1b[2J\x1b]0;owned\x07')).toBe('\\x1b[2J\\x1b]0;owned\\x07')
  })

  it.each([
    0x61c, 0x200e, 0x200f, 0x202a, 0x202b, 0x202c, 0x202d, 0x202e, 0x2066, 0x2067, 0x2068, 0x2069,
  ])('escapes the bidirectional control U+%s', (code) => {
    const hex = code.toString(16).padStart(4, '0')
    expect(escapeText(`a${String.fromCodePoint(code)}b`)).toBe(`a\\u${hex}b`)
  })

  it.each([0xad, 0x200b, 0x200c, 0x2028, 0x2029, 0x2060, 0x2800, 0x3164, 0xfeff, 0xfff9])(
    'escapes the invisible U+%s',
    (code) => {
      const hex = code.toString(16).padStart(4, '0')
      expect(escapeText(String.fromCodePoint(code))).toBe(`\\u${hex}`)
    },
  )

  it('escapes invisible characters beyond the first plane and halves of pairs', () => {
    expect(escapeText('\u{e0041}')).toBe('\\u{e0041}')
    expect(escapeText('\ud800x')).toBe('\\ud800x')
  })

  it('keeps emoji together, and shows the same characters elsewhere', () => {
    expect(escapeText('❤️ 👩‍💻 👩🏽‍💻')).toBe('❤️ 👩‍💻 👩🏽‍💻')
    expect(escapeText('a\u200db\ufe0f')).toBe('a\\u200db\\ufe0f')
  })

  it('marks escapes, so that they differ from the same characters typed', () => {
    expect(escapeText('\\x1b\x1b', (escape) => `<${escape}>`)).toBe('\\x1b<\\x1b>')
  })
})
