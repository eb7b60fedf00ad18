import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32c } from '../../src/proxy-protocol/crc32c.js'
import { encodeHeader } from '../../src/proxy-protocol/header-encoder.js'
import { binary, headers, hex, hexOf, latin1, readBytes, signature } from './support/headers.js'
import { runs } from '../../../../test/support/property-runs.js'

const tcp4 = hex('c0000201 c6336402 dc04 01bb')
const ends = {
  source: { address: '192.0.2.1', family: 'IPv4', port: 56_324 },
  destination: { address: '198.51.100.2', family: 'IPv4', port: 443 },
} as const
const withTlvs = (tlvs: string): Uint8Array =>
  binary(0x21, 0x11, Uint8Array.of(...tcp4, ...hex(tlvs)))

describe('a version 2 header', () => {
  it('has TCP over IPv4', () => {
    const bytes = hex(`${signature} 21 11 000c c0000201 c6336402 dc04 01bb 4745`)
    expect(readBytes(bytes)).toEqual({
      kind: 'header',
      header: { version: 2, command: 'proxy', ...ends, tlvs: {} },
      rest: '4745',
    })
  })

  it('has TCP over IPv6', () => {
    const source = '20010db8000000000000000000000001'
    const bytes = hex(`${signature} 21 21 0024 ${source} ${'00'.repeat(15)}02 0001 ffff`)
    expect(readBytes(bytes).header).toMatchObject({
      source: { address: '2001:db8::1', family: 'IPv6', port: 1 },
      destination: { address: '::2', family: 'IPv6', port: 65_535 },
    })
  })

  it.each([
    ['/run/app.sock', '/run/app.sock'],
    ['', ''],
    ['\0abstract', '\0abstract'],
    ['x'.repeat(108), 'x'.repeat(108)],
  ])('has a Unix socket %j', (name, address) => {
    const body = new Uint8Array(216)
    body.set(latin1(name))
    body.set(latin1('/to'), 108)
    expect(readBytes(binary(0x21, 0x31, body)).header).toMatchObject({
      source: { address, family: 'unix' },
      destination: { address: '/to', family: 'unix' },
    })
  })

  it.each([
    ['unspecified', 0x00, 0],
    ['unspecified, with addresses of who knows what', 0x00, 40],
    ['IPv4 without a protocol', 0x10, 12],
    ['UDP over IPv4', 0x12, 12],
    ['UDP over IPv6', 0x22, 36],
    ['Unix datagrams', 0x32, 216],
    ['a stream of no family', 0x01, 3],
  ])('of the family "%s" is taken and names nobody', (_, family, size) => {
    const bytes = Uint8Array.of(...binary(0x21, family, new Uint8Array(size).fill(0xff)), 0x47)
    expect(readBytes(bytes)).toEqual({
      kind: 'header',
      header: { version: 2, command: 'proxy', tlvs: {} },
      rest: '47',
    })
  })

  it.each([
    ['nothing', 0x00, 0],
    ['addresses', 0x11, 12],
    ['fewer bytes than its family has', 0x11, 5],
    ['a family that does not exist', 0xff, 7],
  ])('with the command local and %s belongs to the proxy itself', (_, family, size) => {
    const bytes = Uint8Array.of(...binary(0x20, family, new Uint8Array(size)), 0x47)
    expect(readBytes(bytes)).toEqual({
      kind: 'header',
      header: { version: 2, command: 'local', tlvs: {} },
      rest: '47',
    })
  })

  it.each([
    ['version 1', 13, `${signature} 11 11 000c`],
    ['version 3', 13, `${signature} 31 11 000c`],
    ['command 2', 13, `${signature} 22 11 000c`],
    ['family 4', 14, `${signature} 21 41 000c`],
    ['protocol 3', 14, `${signature} 21 13 000c`],
    ['too little for IPv4', 16, `${signature} 21 11 000b`],
    ['too little for IPv6', 16, `${signature} 21 21 0023`],
    ['too little for Unix', 16, `${signature} 21 31 00d7`],
    ['too little for UDP', 16, `${signature} 21 12 000b`],
    ['64 KiB', 16, `${signature} 21 11 ffff`],
    ['64 KiB of its own', 16, `${signature} 20 00 ffff`],
    ['one byte more than maxHeader', 16, `${signature} 21 11 0ff1`],
  ])('with %s is invalid at byte %i, before more is asked for', (_, at, text) => {
    const bytes = hex(text)
    expect(readBytes(bytes.subarray(0, at - 1)).kind).toBe('more')
    expect(readBytes(bytes.subarray(0, at)).kind).toBe('invalid')
  })

  it('may have exactly maxHeader bytes', () => {
    expect(readBytes(hex(`${signature} 21 11 0ff0`)).kind).toBe('more')
    const full = binary(0x21, 0x11, Uint8Array.of(...tcp4, 4, 0, 1, 0))
    expect(readBytes(full, full.length).kind).toBe('header')
    expect(readBytes(full, full.length - 1)).toMatchObject({
      problem: `it claims ${full.length} bytes, and maxHeader is ${full.length - 1}`,
    })
  })
})

describe('the records of a version 2 header', () => {
  it('are read, those without a name too', () => {
    const bytes = withTlvs(`
      01 0002 6832
      02 0009 612e6578616d706c65
      04 0003 000000
      05 0003 0001ff
      30 0002 6e73
      e0 0001 2a
      e0 0000`)
    expect(readBytes(bytes).header).toMatchObject({
      tlvs: {
        alpn: 'h2',
        authority: 'a.example',
        uniqueId: { 0: 0, 1: 1, 2: 255 },
        netns: 'ns',
        others: [
          { type: 0xe0, value: { 0: 42 } },
          { type: 0xe0, value: {} },
        ],
      },
    })
  })

  it('have what the proxy knows of TLS', () => {
    const bytes = withTlvs(`
      20 0034 05 00000000
        21 0007 544c5376312e33
        22 0003 626f62
        23 0006 414243313238
        24 0006 534841323536
        25 0007 52534132303438
        26 0000`)
    expect(readBytes(bytes)).toMatchObject({
      header: {
        tlvs: {
          ssl: {
            overTls: true,
            certificateOnConnection: false,
            certificateInSession: true,
            verify: 0,
            version: 'TLSv1.3',
            commonName: 'bob',
            cipher: 'ABC128',
            signatureAlgorithm: 'SHA256',
            keyAlgorithm: 'RSA2048',
            others: [{ type: 0x26, value: {} }],
          },
        },
      },
    })
  })

  it.each([
    ['is cut off in its type and length', '01 00', /at byte 28 of the header is cut off/],
    ['claims more than there is', '01 0003 6832', /at byte 28 .* claims 3 bytes, and 2 are left/],
    ['claims 64 KiB', 'e0 ffff 00', /claims 65535 bytes, and 1 are left/],
    ['is there twice', '01 0000 01 0000', /two records of type 0x01/],
    ['has a unique id of 129 bytes', `05 0081 ${'00'.repeat(129)}`, /129 bytes, and 128/],
    ['has a checksum of 3 bytes', '03 0003 000000', /checksum has 3 bytes/],
    ['has two checksums', '03 0004 00000000 03 0004 00000000', /two records of type 0x03/],
    ['on TLS is too short', '20 0004 00000000', /on TLS, there are 4 bytes/],
    ['on TLS has a record cut off', '20 0006 01 00000000 21', /on TLS, .* cut off/],
    ['on TLS has one twice', '20 000b 0100000000 21 0000 21 0000', /on TLS, .* two .* 0x21/],
  ])('make it invalid when one %s', (_, tlvs, problem) => {
    const result = readBytes(withTlvs(tlvs))
    expect(result).toMatchObject({ kind: 'invalid', problem: expect.stringMatching(problem) })
  })

  it('need not be records where no addresses are used', () => {
    for (const [command, family] of [
      [0x20, 0x00],
      [0x21, 0x00],
    ] as const) {
      expect(readBytes(binary(command, family, hex('01 ffff'))).kind).toBe('header')
      const tlvs = hex('01 0002 6832')
      expect(readBytes(binary(command, family, tlvs)).header).toMatchObject({
        tlvs: { alpn: 'h2' },
      })
    }
  })
})

const sizes = { IPv4: 12, IPv6: 36, unix: 216 }

describe('the checksum', () => {
  it.each([
    // RFC 3720 section B.4, and the check value of the catalogue of CRCs.
    ['00'.repeat(32), 0x8a91_36aa],
    ['ff'.repeat(32), 0x62a8_ab43],
    [hexOf([Uint8Array.from({ length: 32 }, (_, at) => at)]), 0x46dd_794e],
    [hexOf([latin1('123456789')]), 0xe306_9283],
    ['', 0],
  ])('of %s is %i', (bytes, sum) => {
    expect(crc32c(hex(bytes))).toBe(sum)
  })

  it('counts itself as zeros', () => {
    expect(crc32c(hex('00 deadbeef 01'), 1)).toBe(crc32c(hex('00 00000000 01')))
  })

  it('finds every byte of an address, or of itself, that was changed', () => {
    fc.assert(
      fc.property(headers, fc.nat(), fc.integer({ min: 1, max: 255 }), (header, place, change) => {
        fc.pre(header.version === 2)
        const { source, tlvs } = header
        const bytes = encodeHeader({ ...header, tlvs: { ...tlvs, crc32c: true } })
        const addresses = source === undefined ? 0 : sizes[source.family as keyof typeof sizes]
        const at = place % (addresses + 4)
        // Three bytes, which say that a checksum follows, are between the two.
        bytes[16 + at + (at < addresses ? 0 : 3)]! ^= change
        expect(readBytes(bytes, 65_551)).toMatchObject({
          kind: 'invalid',
          problem: expect.stringContaining('its checksum is'),
        })
      }),
      runs(500),
    )
  })

  it('is looked at with the command local too, which is one bit away from proxy', () => {
    const bytes = encodeHeader({ version: 2, command: 'proxy', ...ends, tlvs: { crc32c: true } })
    bytes[12] = 0x20
    expect(readBytes(bytes)).toMatchObject({
      kind: 'invalid',
      problem: expect.stringMatching(/^its checksum is [\da-f]+, and that of its bytes is/),
    })
  })
})

describe('writing a version 2 header', () => {
  it('gives the bytes of the specification', () => {
    const header = { version: 2, command: 'proxy', ...ends, tlvs: {} } as const
    expect(hexOf([encodeHeader(header)])).toBe(`${signature}2111000cc0000201c6336402dc0401bb`)
    expect(hexOf([encodeHeader({ ...header, command: 'local' })])).toBe(`${signature}20000000`)
    expect(hexOf([encodeHeader({ ...header, source: undefined })])).toBe(`${signature}21000000`)
  })

  const unix = { address: '/a', family: 'unix' } as const
  const record = { type: 0xe0, value: new Uint8Array() }
  it.each([
    ['a unique id too long', { uniqueId: new Uint8Array(129) }, /uniqueId has 129 bytes/],
    ['text beyond a byte a character', { alpn: '☃' }, /alpn is "☃"/],
    ['a record that has a name', { others: [{ ...record, type: 2 }] }, /0x02, which is authority/],
    ['a type that is none', { others: [{ ...record, type: 256 }] }, /type 256/],
    [
      'a value too long',
      { others: [{ type: 0xe0, value: new Uint8Array(65_536) }] },
      /65536 bytes/,
    ],
    [
      'more than a header holds',
      { others: [{ type: 0xe0, value: new Uint8Array(65_530) }] },
      /65545/,
    ],
  ])('refuses %s', (_, tlvs, problem) => {
    const header = { version: 2, command: 'proxy', ...ends } as const
    expect(() => encodeHeader({ ...header, tlvs })).toThrow(problem)
  })

  it('refuses a path too long, and a Unix socket at one end alone', () => {
    const header = { version: 2, command: 'proxy', tlvs: {} } as const
    const long = { ...unix, address: 'x'.repeat(109) }
    expect(() => encodeHeader({ ...header, source: long, destination: unix })).toThrow(/109 bytes/)
    expect(() => encodeHeader({ ...header, source: unix, destination: ends.destination })).toThrow(
      /one of source and destination/,
    )
  })
})
