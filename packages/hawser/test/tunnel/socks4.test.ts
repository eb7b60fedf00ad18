import { describe, expect, it } from 'vitest'
import { Socks4 } from '../../src/tunnel/socks4.js'
import { bytesOf, feed, textOf } from './support/feeding.js'

const target = { host: 'db.example', port: 5432 }
const pieceSizes = [1, 2, 3, 7, Infinity]
const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const granted = hex('00 5a 0000 00000000')

describe('a tunnel by SOCKS4a', () => {
  it('asks for a name behind an address that cannot be', () => {
    expect(textOf(new Socks4(target, 'ann').begin())).toBe(
      '\x04\x01\x15\x38\0\0\0\x01ann\0db.example\0',
    )
  })

  it('asks for an IPv4 address as SOCKS4 does', () => {
    const request = new Socks4({ host: '192.0.2.1', port: 80 }, '').begin()
    expect(request).toEqual(hex('04 01 0050 c0000201 00'))
  })

  it.each(pieceSizes)('is open behind the reply, in pieces of %d', (size) => {
    expect(feed(new Socks4(target, ''), [granted], size).kind).toBe('open')
    const { rest } = feed(new Socks4(target, ''), [Uint8Array.of(...granted, ...bytesOf('220'))])
    expect(textOf(rest)).toBe('220')
  })

  it.each<[number, RegExp]>([
    [0x5b, /^it replied 0x5b: it refused, or could not connect$/],
    [0x5d, /identd/],
    [0x00, /^it replied 0x00: unknown reply$/],
  ])('is refused in words: %d', (code, text) => {
    const reply = Uint8Array.of(0, code, 0, 0, 0, 0, 0, 0)
    for (const size of pieceSizes) {
      expect(feed(new Socks4(target, ''), [reply], size)).toMatchObject({
        kind: 'refused',
        text: expect.stringMatching(text),
      })
    }
  })

  it('is told at once of what is no answer, and waits for the rest of one', () => {
    const broken = feed(new Socks4(target, ''), [bytesOf('HTTP/1.1')], 1)
    expect(broken).toMatchObject({ kind: 'broken', text: expect.stringMatching(/0x48, not 0x00$/) })
    expect(feed(new Socks4(target, ''), [granted.subarray(0, 7)]).kind).toBe('more')
  })
})
