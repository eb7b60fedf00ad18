import { describe, expect, it } from 'vitest'
import { dumpBytes } from '../../src/output/hex.js'

describe('dumpBytes', () => {
  it('shows offset, bytes and ASCII as hexdump -C does', () => {
    expect(dumpBytes(Buffer.from('GET / HTTP/1.1\r\nHost'))).toEqual([
      '00000000  47 45 54 20 2f 20 48 54  54 50 2f 31 2e 31 0d 0a  |GET / HTTP/1.1..|',
      '00000010  48 6f 73 74                                       |Host|',
    ])
  })

  it('shows nothing but printable ASCII, whatever the bytes', () => {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index)
    expect(dumpBytes(all).join('')).toMatch(/^[ -~]*$/)
  })

  it('counts on from an offset, indents, and stops at a limit', () => {
    const rows = dumpBytes(Buffer.alloc(40), { offset: 0x100, limit: 16, indent: '> ' })
    expect(rows).toHaveLength(2)
    expect(rows[0]).toMatch(/^> 00000100 {2}00 00/)
    expect(rows[1]).toBe('> … 24 more bytes')
  })

  it('has no rows for no bytes', () => {
    expect(dumpBytes(new Uint8Array(0))).toEqual([])
  })
})
