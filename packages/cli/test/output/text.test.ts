import { describe, expect, it } from 'vitest'
import { plainText, showMessage } from '../../src/output/text.js'

describe('showMessage', () => {
  it('shows text, escapes and malformed bytes on one line', () => {
    const message = Buffer.concat([Buffer.from('größe\n\x1b[31m\u202e'), Buffer.from([0xff, 0xc3])])
    expect(showMessage(message)).toBe('größe\\n\\x1b[31m\\u202e\\xff\\xc3')
  })

  it('shows a NUL and the four characters of its escape in two ways', () => {
    expect(showMessage(Buffer.from('\0'))).toBe(String.raw`\x00`)
    expect(showMessage(Buffer.from(String.raw`\x00`))).toBe(String.raw`\\x00`)
  })

  it('cuts what is longer than the limit and counts the rest', () => {
    const style = { ...plainText, limit: 5 }
    expect(showMessage(Buffer.from('abcde'), style)).toBe('abcde')
    expect(showMessage(Buffer.from('abcdefgh'), style)).toBe('abcde… 3 more bytes')
  })

  it('does not cut through a character', () => {
    const style = { ...plainText, limit: 3 }
    expect(showMessage(Buffer.from('a€bc'), style)).toBe('a… 5 more bytes')
  })

  it('counts in thousands', () => {
    const style = { ...plainText, limit: 1 }
    expect(showMessage(Buffer.alloc(1_234_568, 'x'), style)).toBe('x… 1,234,567 more bytes')
  })
})
