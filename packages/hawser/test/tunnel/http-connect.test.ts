import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HttpConnect } from '../../src/tunnel/http-connect.js'
import { bytesOf, feed, textOf } from './support/feeding.js'
import { runs } from '../../../../test/support/property-runs.js'

const target = { host: 'db.example', port: 5432 }
const connect = (authorization?: string): HttpConnect => new HttpConnect(target, authorization)
const pieceSizes = [1, 2, 3, 7, Infinity]

describe('a tunnel by HTTP CONNECT', () => {
  it.each([
    ['a name', 'db.example', 'db.example:5432'],
    ['an IPv4 address', '192.0.2.1', '192.0.2.1:5432'],
    ['an IPv6 address', '2001:db8::1', '[2001:db8::1]:5432'],
  ])('asks for %s', (_name, host, authority) => {
    expect(textOf(new HttpConnect({ host, port: 5432 }, undefined).begin())).toBe(
      `CONNECT ${authority} HTTP/1.1\r\nHost: ${authority}\r\n\r\n`,
    )
  })

  it('shows who asks', () => {
    expect(textOf(connect('Basic dTpw').begin())).toContain(
      '\r\nProxy-Authorization: Basic dTpw\r\n',
    )
  })

  it.each(pieceSizes)('is open behind the head, in pieces of %d', (size) => {
    const head = 'HTTP/1.1 200 Connection established\r\nContent-Length: 5\r\nX: y\r\n\r\n'
    const outcome = feed(connect(), [bytesOf(`${head}220 hello`)], size)
    expect(outcome.kind).toBe('open')
    expect('220 hello'.startsWith(textOf(outcome.rest))).toBe(true)
    if (size === Infinity) expect(textOf(outcome.rest)).toBe('220 hello')
  })

  it.each([
    ['any other 2xx', 'HTTP/1.0 204\r\n\r\n'],
    ['lines that end with a line feed alone', 'HTTP/1.1 200 OK\nA: b\n\n'],
    ['1xx before it', 'HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 102 X\r\n\r\nHTTP/1.1 200 OK\r\n\r\n'],
  ])('is open with %s', (_name, head) => {
    for (const size of pieceSizes) {
      expect(feed(connect(), [bytesOf(head)], size)).toMatchObject({ kind: 'open' })
    }
    const whole = feed(connect(), [bytesOf(`${head}rest`)])
    expect(textOf(whole.rest)).toBe('rest')
  })

  it.each([
    [undefined, '407 Proxy Authentication Required', /^it replied 407 .* asks for a user/],
    ['Basic x', '407 Proxy Authentication Required', /^it replied 407 .* does not accept the user/],
    [undefined, '403 Forbidden', /^it replied 403 Forbidden: it does not permit/],
    [undefined, '502 Bad Gateway', /^it replied 502 Bad Gateway: it could not connect$/],
    [undefined, '418', /^it replied 418$/],
    [undefined, '301 \x1b[31mred\x07', /^it replied 301 \?\[31mred\?$/],
  ])('is refused in words: %s, %s', (authorization, status, text) => {
    for (const size of pieceSizes) {
      const outcome = feed(connect(authorization), [bytesOf(`HTTP/1.1 ${status}\r\n\r\n`)], size)
      expect(outcome).toMatchObject({ kind: 'refused', text: expect.stringMatching(text) })
    }
  })

  it.each([
    ['another protocol', 'SSH-2.0-OpenSSH_9.2\r\n', /does not reply in HTTP but with "S/],
    ['TLS', '\x15\x03\x01', /does not reply in HTTP/],
    ['another version', 'HTTP/2 200\r\n\r\n', /does not reply in HTTP/],
    ['no status', 'HTTP/1.1 OK\r\n\r\n', /does not reply in HTTP but with "HTTP\/1.1 OK"/],
    ['half a status', 'HTTP/1.1 20\r\n\r\n', /does not reply in HTTP/],
  ])('is told at once of what is no answer: %s', (_name, answer, text) => {
    for (const size of pieceSizes) {
      const outcome = feed(connect(), [bytesOf(answer)], size)
      expect(outcome).toMatchObject({ kind: 'broken', text: expect.stringMatching(text) })
    }
  })

  it.each([
    ['an endless line', () => 'HTTP/1.1 200 ' + 'x'.repeat(1024)],
    ['endless lines', () => 'HTTP/1.1 200 OK\r\n' + 'a: b\r\n'.repeat(200)],
    ['endless 1xx', () => 'HTTP/1.1 100 Continue\r\n\r\n'.repeat(50)],
  ])('ends %s after 16 KiB', (_name, make) => {
    const tunnel = connect()
    let taken = 0
    for (;;) {
      const first = make()
      const bytes = bytesOf(
        taken === 0 || first.startsWith('HTTP/1.1 100') ? first : 'a: b'.repeat(300),
      )
      taken += bytes.length
      const result = tunnel.receive(bytes)
      if (result.kind !== 'more') {
        expect(result).toMatchObject({ kind: 'broken', problem: /than 16384 bytes/ })
        break
      }
      expect(taken).toBeLessThan(16 * 1024 + 2_000)
    }
  })

  it('never throws, and decides alike however the bytes are cut', () => {
    const part = fc.constantFrom(
      'HTTP/1.1 ',
      '200',
      ' OK',
      '\r\n',
      '\n',
      '100',
      'x: y',
      '\0',
      '407',
    )
    fc.assert(
      fc.property(
        fc.array(part, { maxLength: 20 }),
        fc.integer({ min: 1, max: 9 }),
        (parts, size) => {
          const bytes = bytesOf(parts.join(''))
          const whole = feed(connect(), [bytes])
          const cut = feed(connect(), [bytes], size)
          expect(cut.kind).toBe(whole.kind)
          if (whole.kind === 'refused') expect(cut.text).toBe(whole.text)
        },
      ),
      runs(100),
    )
  })
})
