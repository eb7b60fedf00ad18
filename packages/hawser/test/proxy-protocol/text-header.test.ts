import { describe, expect, it } from 'vitest'
import { encodeHeader } from '../../src/proxy-protocol/header-encoder.js'
import { hexOf, latin1, readBytes } from './support/headers.js'

const end = (address: string, port: number): object => ({
  address,
  family: address.includes(':') ? 'IPv6' : 'IPv4',
  port,
})

const longest = `PROXY TCP6 ${'ffff:'.repeat(8).slice(0, -1)} ${'ffff:'.repeat(8).slice(0, -1)} 65535 65535\r\n`
const worst = `PROXY UNKNOWN ${'ffff:'.repeat(8).slice(0, -1)} ${'ffff:'.repeat(8).slice(0, -1)} 65535 65535\r\n`

describe('a version 1 header', () => {
  it('is read as in the example of the specification, up to the request behind it', () => {
    const request = 'GET / HTTP/1.1\r\nHost: 192.168.0.11\r\n\r\n'
    expect(
      readBytes(latin1(`PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n${request}`)),
    ).toEqual({
      kind: 'header',
      header: {
        version: 1,
        command: 'proxy',
        source: end('192.168.0.1', 56_324),
        destination: end('192.168.0.11', 443),
        tlvs: {},
      },
      rest: hexOf([latin1(request)]),
    })
  })

  it.each([
    ['PROXY TCP4 255.255.255.255 255.255.255.255 65535 65535\r\n', '255.255.255.255', 65_535],
    ['PROXY TCP4 0.0.0.0 0.0.0.0 0 0\r\n', '0.0.0.0', 0],
    ['PROXY TCP6 ::1 ::2 1 2\r\n', '::1', 1],
    ['PROXY TCP6 :: :: 1 2\r\n', '::', 1],
    ['PROXY TCP6 2001:DB8::A ::2 1 2\r\n', '2001:db8::a', 1],
    ['PROXY TCP6 2001:0db8:0:0:0:0:0:1 ::2 1 2\r\n', '2001:db8::1', 1],
    // Not in the grammar, and what inet_ntop(3) gives proxies for a client of a dual-stack socket.
    ['PROXY TCP6 ::ffff:192.0.2.1 ::ffff:127.0.0.1 1 2\r\n', '::ffff:192.0.2.1', 1],
    ['PROXY TCP6 ::ffff:c000:0201 ::1 1 2\r\n', '::ffff:192.0.2.1', 1],
    [longest, 'ffff:'.repeat(8).slice(0, -1), 65_535],
  ])('%j has its source', (line, address, port) => {
    expect(readBytes(latin1(line)).header).toMatchObject({ source: end(address, port) })
  })

  it.each([
    'PROXY UNKNOWN\r\n',
    'PROXY UNKNOWN \r\n',
    'PROXY UNKNOWN what \x00\xffever\r\n',
    worst,
  ])('%j names nobody', (line) => {
    const { header, kind } = readBytes(latin1(line))
    expect(kind).toBe('header')
    expect(header).toEqual({ version: 1, command: 'proxy', tlvs: {} })
  })

  it('takes 107 bytes and not 108', () => {
    expect([longest.length, worst.length]).toEqual([104, 107])
    const { kind, problem } = readBytes(latin1(worst.replace('\r\n', '0\r\n')))
    expect([kind, problem]).toEqual(['invalid', expect.stringContaining('first 107 bytes')])
    expect(readBytes(latin1(worst.slice(0, 106))).kind).toBe('more')
  })

  it.each([
    ['no protocol', 'PROXY \r\n', 7],
    ['another protocol', 'PROXY UDP4 1.2.3.4 1.2.3.4 1 2\r\n', 8],
    ['TCP5', 'PROXY TCP5 1.2.3.4 1.2.3.4 1 2\r\n', 10],
    ['a protocol that goes on', 'PROXY TCP44 1.2.3.4 1.2.3.4 1 2\r\n', 11],
    ['UNKNOWN that goes on', 'PROXY UNKNOWNS\r\n', 14],
    ['lower case', 'PROXY tcp4 1.2.3.4 1.2.3.4 1 2\r\n', 7],
    ['two spaces', 'PROXY  TCP4 1.2.3.4 1.2.3.4 1 2\r\n', 7],
    ['a tab', 'PROXY TCP4\t1.2.3.4 1.2.3.4 1 2\r\n', 11],
    ['a zone', 'PROXY TCP6 fe80::1%eth0 ::1 1 2\r\n', 19],
    ['a sign', 'PROXY TCP4 1.2.3.4 1.2.3.4 +1 2\r\n', 28],
    ['a NUL', 'PROXY TCP4 1.2.3.4\0 1.2.3.4 1 2\r\n', 19],
    ['LF alone', 'PROXY TCP4 1.2.3.4 1.2.3.4 1 2\n', 31],
    ['LF alone after UNKNOWN', 'PROXY UNKNOWN\n', 14],
    ['CR alone', 'PROXY TCP4 1.2.3.4 1.2.3.4 1 2\rG', 32],
    ['CR twice', 'PROXY TCP4 1.2.3.4 1.2.3.4 1 2\r\r\n', 32],
  ])('with %s is invalid at the byte where that shows', (_, line, at) => {
    expect(readBytes(latin1(line.slice(0, at - 1))).kind).toBe('more')
    expect(readBytes(latin1(line.slice(0, at))).kind).toBe('invalid')
  })

  it.each([
    ['PROXY TCP4 01.2.3.4 1.2.3.4 1 2\r\n', /source "01\.2\.3\.4" is no IPv4 address/],
    ['PROXY TCP4 1.2.3 1.2.3.4 1 2\r\n', /source "1\.2\.3" is no IPv4/],
    ['PROXY TCP4 1.2.3.256 1.2.3.4 1 2\r\n', /source/],
    ['PROXY TCP4 1.2.3.4 1.2.3.4.5 1 2\r\n', /destination/],
    ['PROXY TCP4 ::1 ::1 1 2\r\n', /source "::1" is no IPv4/],
    ['PROXY TCP4 ::ffff:1.2.3.4 1.2.3.4 1 2\r\n', /source/],
    ['PROXY TCP6 1.2.3.4 1.2.3.4 1 2\r\n', /source "1\.2\.3\.4" is no IPv6/],
    ['PROXY TCP6 1::2::3 ::1 1 2\r\n', /source/],
    ['PROXY TCP6 1:2:3:4:5:6:7 ::1 1 2\r\n', /source/],
    ['PROXY TCP6 12345::1 ::1 1 2\r\n', /source/],
    ['PROXY TCP4 1.2.3.4 1.2.3.4 01 2\r\n', /source port "01"/],
    ['PROXY TCP4 1.2.3.4 1.2.3.4 1 00\r\n', /destination port "00"/],
    ['PROXY TCP4 1.2.3.4 1.2.3.4 1 65536\r\n', /destination port "65536"/],
    ['PROXY TCP4 1.2.3.4 1.2.3.4 1e1 2\r\n', /source port "1e1"/],
    ['PROXY TCP4 1.2.3.4 1.2.3.4 1\r\n', /3 fields behind TCP4/],
    ['PROXY TCP4 1.2.3.4 1.2.3.4 1 2 3\r\n', /5 fields/],
    ['PROXY TCP4 1.2.3.4  1.2.3.4 1 2\r\n', /5 fields/],
    ['PROXY TCP4 1.2.3.4 1.2.3.4 1 2 \r\n', /5 fields/],
    ['PROXY TCP4 \r\n', /1 fields/],
  ])('%j is invalid, and the reason is named', (line, problem) => {
    expect(readBytes(latin1(line))).toEqual({
      kind: 'invalid',
      problem: expect.stringMatching(problem),
      rest: '',
    })
  })
})

describe('writing a version 1 header', () => {
  const write = (source?: object, destination?: object): string =>
    Buffer.from(
      encodeHeader({
        version: 1,
        command: 'proxy',
        source: source as never,
        destination: destination as never,
        tlvs: {},
      }),
    ).toString('latin1')

  it('gives the line of the specification', () => {
    expect(write(end('192.168.0.1', 56_324), end('192.168.0.11', 443))).toBe(
      'PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n',
    )
    expect(write(end('2001:DB8:0:0::1', 1), end('::', 2))).toBe('PROXY TCP6 2001:db8::1 :: 1 2\r\n')
  })

  it('makes IPv4 of IPv4 that is mapped, unless the other end is IPv6', () => {
    expect(write(end('::ffff:192.0.2.1', 1), end('192.0.2.2', 2))).toBe(
      'PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n',
    )
    expect(write(end('192.0.2.1', 1), end('::1', 2))).toBe(
      'PROXY TCP6 ::ffff:192.0.2.1 ::1 1 2\r\n',
    )
  })

  it('says UNKNOWN of what the version has no word for', () => {
    const unix = { address: '/run/a', family: 'unix' }
    expect(write()).toBe('PROXY UNKNOWN\r\n')
    expect(write(end('192.0.2.1', 1))).toBe('PROXY UNKNOWN\r\n')
    expect(write(unix, unix)).toBe('PROXY UNKNOWN\r\n')
  })

  it.each([
    ['an address that is a name', 'localhost', 1, /source is "localhost"/],
    ['a port that is none', '192.0.2.1', 65_536, /port of source is 65536/],
    ['a line end in an address', '1.2.3.4\r\n', 1, /source is "1\.2\.3\.4\\r\\n"/],
  ])('refuses %s', (_, address, port, problem) => {
    const source = { address, family: 'IPv4', port }
    expect(() => write(source, end('192.0.2.2', 2))).toThrow(problem)
  })

  it('refuses records', () => {
    const header = {
      version: 1,
      command: 'proxy',
      source: undefined,
      destination: undefined,
    } as const
    expect(() => encodeHeader({ ...header, tlvs: { crc32c: false } })).toThrow(/version 2/)
    expect(() => encodeHeader({ ...header, tlvs: { alpn: undefined } })).not.toThrow()
  })
})
