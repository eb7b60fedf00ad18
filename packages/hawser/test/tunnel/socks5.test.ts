import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Socks5 } from '../../src/tunnel/socks5.js'
import { bytesOf, feed, textOf } from './support/feeding.js'
import { runs } from '../../../../test/support/property-runs.js'

const target = { host: 'db.example', port: 5432 }
const login = { user: 'ann', password: 'pässword' }
const socks = (withLogin = false): Socks5 => new Socks5(target, withLogin ? login : undefined)
const pieceSizes = [1, 2, 3, 7, Infinity]

const hex = (text: string): Uint8Array =>
  Uint8Array.from(Buffer.from(text.replaceAll(' ', ''), 'hex'))
const noLogin = hex('05 00')
const open = hex('05 00 00 01 7f000001 1f40')

describe('a tunnel by SOCKS5', () => {
  it.each<[string, string, string]>([
    ['a name', 'db.example', `03 0a ${Buffer.from('db.example').toString('hex')}`],
    ['an IPv4 address', '192.0.2.1', '01 c0000201'],
    ['an IPv6 address', '2001:db8::1', '04 20010db8000000000000000000000001'],
  ])('asks for %s', (_name, host, address) => {
    const { sent } = feed(new Socks5({ host, port: 5432 }, undefined), [noLogin])
    expect(sent).toEqual([hex('05 01 00'), hex(`05 01 00 ${address} 1538`)])
  })

  it('logs in where the proxy wants that, with UTF-8', () => {
    const { kind, sent } = feed(socks(true), [hex('05 02'), hex('01 00'), open])
    expect(kind).toBe('open')
    expect(sent[0]).toEqual(hex('05 02 00 02'))
    expect(Buffer.from(sent[1] ?? []).toString()).toBe('\x01\x03ann\x09pässword')
  })

  it('does not log in where the proxy does not want that', () => {
    const { kind, sent } = feed(socks(true), [noLogin, open])
    expect(kind).toBe('open')
    expect(sent).toHaveLength(2)
  })

  it.each<[string, Uint8Array]>([
    ['an IPv4 address', open],
    ['an IPv6 address', hex('05 00 00 04 00000000000000000000000000000001 1f40')],
    ['a name', hex('05 00 00 03 03 61 62 63 1f40')],
    ['an empty name', hex('05 00 00 03 00 1f40')],
  ])('is open behind a reply with %s', (_name, reply) => {
    for (const size of pieceSizes) {
      expect(feed(socks(), [noLogin, reply], size).kind).toBe('open')
    }
    const { rest } = feed(socks(), [noLogin, Uint8Array.of(...reply, ...bytesOf('220 hello'))])
    expect(textOf(rest)).toBe('220 hello')
  })

  it.each<[string, boolean, Uint8Array[], RegExp]>([
    ['a login that is not wanted', false, [hex('05 ff')], /^it asks for a user and a password/],
    ['no login that it takes', true, [hex('05 ff')], /^it accepts neither/],
    ['a wrong password', true, [hex('05 02'), hex('01 01')], /^it does not accept the user/],
    ['its rules', false, [noLogin, hex('05 02 00 01 00000000 0000')], /^it replied 2: its rules/],
    ['a closed port', false, [noLogin, hex('05 05 00 01 00000000 0000')], /nothing listens there$/],
    ['half a refusal', false, [noLogin, hex('05 04')], /^it replied 4: .* does not resolve$/],
    ['an unknown reply', false, [noLogin, hex('05 63')], /^it replied 99: unknown reply$/],
  ])('is refused in words: %s', (_name, withLogin, answers, text) => {
    for (const size of pieceSizes) {
      expect(feed(socks(withLogin), answers, size)).toMatchObject({
        kind: 'refused',
        text: expect.stringMatching(text),
      })
    }
  })

  it.each<[string, Uint8Array[], RegExp]>([
    ['another version', [hex('04')], /does not speak SOCKS5: .* 0x04, not 0x05$/],
    ['HTTP', [bytesOf('HTTP/1.1 400 Bad Request\r\n')], /begins with 0x48/],
    ['another version in the reply', [noLogin, hex('00 00')], /begins with 0x00, not 0x05/],
    ['another version of the login', [hex('05 02'), hex('05 00')], /0x05, not 0x01/],
    ['a way to log in that was not offered', [hex('05 01')], /^it chose 0x01, .* not offered$/],
    ['an unknown kind of address', [noLogin, hex('05 00 00 02')], /unknown kind 0x02$/],
    ['words out of turn', [hex('05 00 05')], /^it sent 1 bytes out of turn$/],
  ])('is told at once of what is no answer: %s', (name, answers, text) => {
    const sizes = name === 'words out of turn' ? [Infinity] : pieceSizes
    for (const size of sizes) {
      expect(feed(socks(true), answers, size)).toMatchObject({
        kind: 'broken',
        text: expect.stringMatching(text),
      })
    }
  })

  it('refuses a way to log in that it has no login for', () => {
    expect(feed(socks(), [hex('05 02')])).toMatchObject({ kind: 'broken' })
  })

  it.each<[string, Uint8Array[]]>([
    ['the choice', [hex('05')]],
    ['the reply', [noLogin, hex('05 00 00 01 7f0000')]],
    ['a name', [noLogin, hex('05 00 00 03 ff 61 62')]],
  ])('waits for the rest of %s', (_name, answers) => {
    expect(feed(socks(), answers).kind).toBe('more')
  })

  it('never throws, whatever comes', () => {
    fc.assert(
      fc.property(
        fc.array(fc.uint8Array({ minLength: 1, maxLength: 300 }), { maxLength: 4 }),
        fc.integer({ min: 1, max: 9 }),
        (answers, size) => {
          feed(socks(true), [noLogin, ...answers], size)
          feed(socks(true), answers, size)
        },
      ),
      runs(100),
    )
  })
})
