import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { encodeHeader } from '../../src/proxy-protocol/header-encoder.js'
import { HeaderReader } from '../../src/proxy-protocol/header-reader.js'
import { cutAt, headers, hexOf, latin1, nearly, readBytes, readPieces } from './support/headers.js'
import { hex, signature } from './support/headers.js'
import { runs } from '../../../../test/support/property-runs.js'

const cuts = fc.array(fc.nat({ max: 500 }), { maxLength: 8 })

describe('whatever arrives', () => {
  it('a header is read as it was written, and what is behind it stays', () => {
    fc.assert(
      fc.property(headers, fc.uint8Array({ maxLength: 50 }), (header, rest) => {
        const bytes = Uint8Array.of(...encodeHeader(header), ...rest)
        expect(readBytes(bytes, 65_551)).toEqual({
          kind: 'header',
          header: JSON.parse(JSON.stringify(header)),
          rest: hexOf([rest]),
        })
      }),
      runs(500),
    )
  })

  it('the outcome is the same however it is cut', () => {
    fc.assert(
      fc.property(nearly, cuts, (bytes, places) => {
        const whole = readBytes(bytes)
        expect(readPieces(cutAt(bytes, places))).toEqual(whole)
        expect(readPieces(cutAt(bytes, [...bytes.keys()]))).toEqual(whole)
      }),
      runs(1_000),
    )
  })

  it('no byte of an application is lost', () => {
    fc.assert(
      fc.property(fc.oneof(nearly, fc.uint8Array({ maxLength: 300 })), cuts, (bytes, places) => {
        const { kind, rest } = readPieces(cutAt(bytes, places))
        if (kind === 'none' || kind === 'more') expect(rest).toBe(hexOf([bytes]))
        else if (kind === 'header') expect(hexOf([bytes]).endsWith(rest)).toBe(true)
      }),
      runs(1_000),
    )
  })

  it('bytes of anything else are known at the first one', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (bytes) => {
        fc.pre(bytes[0] !== 0x50 && bytes[0] !== 0x0d)
        expect(readPieces([bytes.subarray(0, 1)])).toEqual({
          kind: 'none',
          rest: hexOf([bytes.subarray(0, 1)]),
        })
      }),
      runs(100),
    )
  })

  it('what it holds is bounded by what arrived, never by what is claimed', () => {
    const reader = new HeaderReader(65_551)
    expect(reader.read(hex(`${signature} 21 11 ffff`))).toEqual({ kind: 'more' })
    expect(reader.held.buffer.byteLength).toBeLessThanOrEqual(128)
    const records = new Uint8Array(1_000)
    for (let sent = 0; sent < 0xffff - records.length; sent += records.length) {
      expect(reader.read(records)).toEqual({ kind: 'more' })
      const { buffer, length } = reader.held
      expect(buffer.byteLength).toBeLessThanOrEqual(Math.max(1_128, 2 * length))
    }
  })
})

describe('bytes of an application', () => {
  it.each([
    ['GET / HTTP/1.1\r\n', 1],
    ['POST / HTTP/1.1\r\n', 2],
    ['PROXIMITY\r\n', 5],
    ['PROXYING\r\n', 6],
    ['proxy TCP4', 1],
    ['\x16\x03\x01\x02\x00', 1],
    ['\r\n\r\n\r\n', 5],
    ['\r\n\r\n\0\r\nQUIT\r\n', 12],
    ['\n', 1],
  ])('%j are known by byte %i', (text, at) => {
    const bytes = latin1(text)
    expect(readBytes(bytes.subarray(0, at - 1)).kind).toBe('more')
    expect(readBytes(bytes.subarray(0, at)).kind).toBe('none')
    const pieces = cutAt(bytes, [...bytes.keys()])
    expect(readPieces(pieces)).toEqual({ kind: 'none', rest: hexOf([bytes]) })
  })

  it('may still be such until the signature is whole', () => {
    for (const [text, certain] of [
      ['PROXY', false],
      ['PROXY ', true],
    ] as const) {
      const reader = new HeaderReader()
      expect(reader.isCertain).toBe(false)
      reader.read(latin1(text))
      expect(reader.isCertain).toBe(certain)
    }
    const reader = new HeaderReader()
    reader.read(hex(signature).subarray(0, 11))
    expect(reader.isCertain).toBe(false)
    reader.read(hex(signature).subarray(11))
    expect(reader.isCertain).toBe(true)
  })
})
