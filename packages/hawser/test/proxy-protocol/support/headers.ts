import fc from 'fast-check'
import { encodeHeader, type HeaderToEncode } from '../../../src/proxy-protocol/header-encoder.js'
import { sslTypes, tlvTypes } from '../../../src/proxy-protocol/header.js'
import type {
  ProxyAddress,
  ProxySsl,
  ProxyTlv,
  ProxyTlvs,
} from '../../../src/proxy-protocol/header.js'
import { HeaderReader } from '../../../src/proxy-protocol/header-reader.js'
import { ipBytes, ipText } from '../../../src/proxy-protocol/ip-bytes.js'
import { parseIp } from '../../../src/policy/address/ip-address.js'

/** What came of some bytes: `rest` is what the header left of them. */
export interface Reading {
  readonly kind: string
  readonly problem?: string
  readonly header?: unknown
  readonly rest: string
}

/** Read `pieces` in order, as a connection would. Typed arrays become text, so that two compare. */
export function readPieces(pieces: readonly Uint8Array[], maxHeader?: number): Reading {
  const reader = new HeaderReader(maxHeader)
  for (const [index, piece] of pieces.entries()) {
    // What is handed in is overwritten afterwards, as the shared buffer of a process is.
    const borrowed = Uint8Array.from(piece)
    const result = reader.read(borrowed)
    borrowed.fill(0x2a)
    if (result.kind === 'more') continue
    const after = pieces.slice(index + 1)
    if (result.kind === 'invalid') return { ...result, rest: '' }
    if (result.kind === 'none') {
      return { kind: 'none', rest: hexOf([reader.held, piece, ...after]) }
    }
    const { header, consumed } = result
    const rest = hexOf([piece.subarray(consumed), ...after])
    return { kind: 'header', header: JSON.parse(JSON.stringify(header)), rest }
  }
  return { kind: 'more', rest: hexOf([reader.held]) }
}

/** The same for bytes in one piece. */
export function readBytes(bytes: Uint8Array, maxHeader?: number): Reading {
  return readPieces([bytes], maxHeader)
}

export function hexOf(pieces: readonly Uint8Array[]): string {
  return Buffer.concat(pieces).toString('hex')
}

export function latin1(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text, 'latin1'))
}

/** The bytes of hexadecimal digits; spaces and lines do not count. */
export function hex(text: string): Uint8Array {
  return Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'))
}

export const signature = '0d0a0d0a000d0a515549540a'

/** A version 2 header around `body`. */
export function binary(command: number, family: number, body: Uint8Array): Uint8Array {
  const { length } = body
  const prefix = hex(signature)
  return Uint8Array.of(...prefix, command, family, length >> 8, length & 0xff, ...body)
}

/** Cut `bytes` at these places. */
export function cutAt(bytes: Uint8Array, places: readonly number[]): Uint8Array[] {
  const ends = [...places.map((place) => place % (bytes.length + 1)), bytes.length]
  let from = 0
  return ends.toSorted((one, other) => one - other).map((end) => bytes.subarray(from, (from = end)))
}

const port = fc.nat({ max: 65_535 })
const ipv4 = fc.record({ address: fc.ipV4(), family: fc.constant('IPv4'), port })
/** In the form that is read back, and none that is IPv4 in disguise. */
const ipv6 = fc.record({
  address: fc
    .ipV6()
    .map((text) => parseIp(text))
    .filter((ip) => ip?.family === 6)
    .map((ip) => ipText(ipBytes(ip!, 16))),
  family: fc.constant('IPv6'),
  port,
})
const path = fc.string({ maxLength: 100 }).filter((text) => !text.includes('\0'))
const unix = fc.record({ address: path, family: fc.constant('unix') })
export const ends: fc.Arbitrary<readonly [ProxyAddress, ProxyAddress] | readonly []> = fc.oneof(
  fc.tuple(ipv4, ipv4),
  fc.tuple(ipv6, ipv6),
  fc.tuple(unix, unix),
  fc.constant([] as const),
)

const ascii = fc.string({ maxLength: 30, unit: 'grapheme-ascii' })
const text = fc.string({ maxLength: 30, unit: 'grapheme' })

function record(named: Readonly<Record<string, number>>): fc.Arbitrary<ProxyTlv> {
  const types = Object.values(named)
  return fc.record({
    type: fc.nat({ max: 255 }).filter((type) => !types.includes(type)),
    value: fc.uint8Array({ maxLength: 300 }),
  })
}

const some = <Item>(item: fc.Arbitrary<Item>): fc.Arbitrary<Item[]> =>
  fc.array(item, { minLength: 1, maxLength: 3 })

const ssl: fc.Arbitrary<ProxySsl> = fc.record(
  {
    overTls: fc.boolean(),
    certificateOnConnection: fc.boolean(),
    certificateInSession: fc.boolean(),
    verify: fc.nat({ max: 0xffff_ffff }),
    version: ascii,
    commonName: text,
    cipher: ascii,
    signatureAlgorithm: ascii,
    keyAlgorithm: ascii,
    others: some(record(sslTypes)),
  },
  { requiredKeys: ['overTls', 'certificateOnConnection', 'certificateInSession', 'verify'] },
)

export const tlvs: fc.Arbitrary<ProxyTlvs> = fc.record(
  {
    alpn: ascii,
    authority: text,
    uniqueId: fc.uint8Array({ maxLength: 128 }),
    ssl,
    netns: ascii,
    crc32c: fc.constant(true),
    others: some(record(tlvTypes)),
  },
  { requiredKeys: [] },
)

/** Headers of both versions that are read as they were written. */
export const headers: fc.Arbitrary<HeaderToEncode> = fc
  .tuple(fc.constantFrom(1 as const, 2 as const), fc.boolean(), ends, tlvs)
  .map(([version, isLocal, [source, destination], records]) => {
    const isUnix = source?.family === 'unix'
    const isNamed = version === 1 ? !isUnix : !isLocal
    return {
      version,
      command: version === 2 && isLocal ? 'local' : 'proxy',
      source: isNamed ? source : undefined,
      destination: isNamed ? destination : undefined,
      tlvs: version === 1 ? {} : records,
    }
  })

/** Bytes that begin like a header and may be one, with bytes of an application behind them. */
export const nearly: fc.Arbitrary<Uint8Array> = fc
  .tuple(
    headers,
    fc.array(fc.tuple(fc.nat({ max: 400 }), fc.nat({ max: 255 })), { maxLength: 2 }),
    fc.uint8Array({ maxLength: 20 }),
    fc.option(fc.nat({ max: 400 }), { freq: 4 }),
  )
  .map(([header, changes, rest, end]) => {
    const bytes = Uint8Array.of(...encodeHeader(header), ...rest)
    for (const [at, byte] of changes) bytes[at % bytes.length] = byte
    return end === null ? bytes : bytes.subarray(0, end)
  })
