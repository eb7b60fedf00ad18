import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  lengthPrefixed,
  type LengthPrefixedOptions,
} from '../../src/framing/formats/length/length-prefixed.js'
import { portableOperations } from '../../src/framing/portable-operations.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { cutEvery, decodeChunks, type Outcome } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { describeFraming } from './support/framing-contract.js'
import { binaryMessage, bytesAmong, bytesOf } from './support/messages.js'
import { bothOperations } from './support/operations.js'
import { countingOperations } from '../../src/testing/framing/counting-operations.js'

const shapes: readonly (LengthPrefixedOptions & { readonly overhead: number })[] = [
  { bytes: 'ber', offset: 1, oversize: 'discard', overhead: 9 },
  { bytes: 'ber', includesHeader: true, overhead: 9 },
  { bytes: 'decimal', digits: 4, oversize: 'discard', overhead: 4 },
  { bytes: 'hex', digits: 4, includesHeader: true, overhead: 4 },
  { bytes: 'decimal', until: ' ', oversize: 'discard', overhead: 17 },
  { bytes: 'hex', until: '\n', offset: 2, adjust: 1, overhead: 17 },
]

for (const { overhead, ...shape } of shapes) {
  const framing = lengthPrefixed({ ...shape, maxFrame: 24 })
  const smallest = (shape.offset ?? 0) + (shape.adjust ?? 0)
  const message = binaryMessage(24).filter((given) => bytesOf(given).length >= smallest)
  const encoded = message.map((given) => encodeAll(framing, portableOperations, [given]))
  const tooLarge = message.map((given) =>
    encodeAll(lengthPrefixed(shape), portableOperations, [
      Buffer.concat([bytesOf(given), bytesOf(given), bytesOf(given)]),
    ]),
  )
  describeFraming(`lengthPrefixed(${JSON.stringify(shape)})`, {
    framing,
    message,
    received: bytesOf,
    piece: fc.oneof(encoded, tooLarge, bytesAmong('0012 \n\x81\x82af', 6)),
    large: { framing: lengthPrefixed(shape), message: new Uint8Array(4500) },
    overhead,
  })
}

describe.each(bothOperations)('lengths in %s operations', (_, operations) => {
  const decode = (options: LengthPrefixedOptions, stream: string, size = 1000): Outcome =>
    decodeChunks(lengthPrefixed(options), operations, cutEvery(latin1(stream), size))

  it.each([
    [{ bytes: 'ber' }, '\x02hi'],
    [{ bytes: 'ber', includesHeader: true }, '\x03hi'],
    [{ bytes: 'ber', offset: 1 }, 'h\x01i'],
    [{ bytes: 'decimal', digits: 4 }, '0002hi'],
    [{ bytes: 'hex', digits: 4, includesHeader: true }, '0006hi'],
    [{ bytes: 'decimal', until: ' ' }, '2 hi'],
    [{ bytes: 'decimal', until: '\n', includesHeader: true }, '4\nhi'],
    [{ bytes: 'hex', until: ':', adjust: -8 }, 'a:hi'],
  ] as const)('reads and writes "hi" with %j as %j', (options, stream) => {
    expect(encodeAll(lengthPrefixed(options), operations, ['hi'])).toEqual(latin1(stream))
    expect(decode(options, stream, 1)).toEqual({ frames: ['bytes:hi'], error: undefined })
  })

  // X.690 section 8.1.3: the short form up to 127, the long one above; 201 is the example of 8.1.3.5.
  it.each([
    [127, '\x7f'],
    [128, '\x81\x80'],
    [201, '\x81\xc9'],
    [256, '\x82\x01\x00'],
    [65_536, '\x83\x01\x00\x00'],
  ])('writes %i in BER as %j', (size, header) => {
    const stream = encodeAll(lengthPrefixed({ bytes: 'ber' }), operations, [new Uint8Array(size)])
    expect(stream).toEqual(new Uint8Array([...latin1(header), ...new Uint8Array(size)]))
    expect(decodeChunks(lengthPrefixed({ bytes: 'ber' }), operations, [stream]).error).toBe(
      undefined,
    )
  })

  it('reads a long form that is longer than it needs to be, as BER allows', () => {
    expect(decode({ bytes: 'ber' }, '\x84\0\0\0\x02hi').frames).toEqual(['bytes:hi'])
  })

  it("reads LDAP's unbind request, as RFC 4511 writes it", () => {
    const stream = '\x30\x05\x02\x01\x05\x42\x00'
    expect(decode({ bytes: 'ber', offset: 1 }, stream).frames).toEqual([
      'bytes:\x30\x02\x01\x05\x42\x00',
    ])
  })

  it('reads syslog with octet counting, as RFC 6587 has it', () => {
    const stream = '17 <34>1 - - - - - -18 <165>1 - - - - - -'
    expect(decode({ bytes: 'decimal', until: ' ' }, stream).frames).toEqual([
      'bytes:<34>1 - - - - - -',
      'bytes:<165>1 - - - - - -',
    ])
  })

  it("reads a line of git's pkt-line protocol", () => {
    const shape = { bytes: 'hex', digits: 4, includesHeader: true } as const
    expect(decode(shape, '0006a\n0005a').frames).toEqual(['bytes:a\n', 'bytes:a'])
  })

  it.each([
    [{ bytes: 'ber' }, '\x80'],
    [{ bytes: 'ber' }, '\xff'],
    [{ bytes: 'ber' }, '\x89'],
    [{ bytes: 'decimal', digits: 4 }, '00a'],
    [{ bytes: 'decimal', digits: 4 }, ' '],
    [{ bytes: 'hex', digits: 2 }, '0g'],
    [{ bytes: 'decimal', until: ' ' }, '02 hi'],
    [{ bytes: 'decimal', until: ' ' }, ' hi'],
    [{ bytes: 'decimal', until: ' ' }, '2x'],
    [{ bytes: 'decimal', until: ' ' }, '-1 '],
    [{ bytes: 'hex', digits: 4, includesHeader: true }, '0000'],
  ] as const)('takes, with %j, the length %j for malformed', (options, stream) => {
    for (const oversize of ['close', 'discard'] as const) {
      for (const size of [1, 100]) {
        const { error } = decode({ ...options, oversize }, stream, size)
        expect(error).toBe('HAWSER_FRAME_MALFORMED')
      }
    }
  })

  it.each([
    [{ bytes: 'ber' }, '\x88\xff\xff\xff\xff\xff\xff\xff\xff'],
    [{ bytes: 'ber' }, '\x83\x10\0\x01'],
    [{ bytes: 'decimal', digits: 15 }, '999999999999999'],
    [{ bytes: 'decimal', until: ' ' }, '1048577 '],
    [{ bytes: 'decimal', until: ' ' }, '99999999999999999'],
    [{ bytes: 'hex', until: ' ' }, 'fffffffffffffffff'],
  ] as const)('allocates nothing, with %j, for the length %j', (options, stream) => {
    const counting = countingOperations(operations)
    const outcome = decodeChunks(lengthPrefixed(options), counting, [latin1(stream)])
    expect(outcome.error).toBe('HAWSER_FRAME_TOO_LARGE')
    expect(counting.count).toBe(0)
  })

  it('says what is wrong with a length', () => {
    const messageOf = (options: LengthPrefixedOptions, stream: string): string => {
      const decoder = lengthPrefixed(options).createDecoder(operations)
      return catchError(() => decoder.decode(latin1(stream), () => true, false)).message
    }
    expect(messageOf({ bytes: 'decimal', digits: 4 }, '12 4')).toContain(
      'a length has 4 decimal digits: "12 4" (byte 0 of the stream)',
    )
    expect(messageOf({ bytes: 'hex', until: ' ' }, 'GET')).toContain(
      'a length has hex digits without a zero in front, and " " behind them: "GET"',
    )
    expect(messageOf({ bytes: 'ber' }, '\x80')).toContain('the indefinite form, or more than 8')
  })

  it('carries no more than its digits can count, and has a name', () => {
    expect(lengthPrefixed({ bytes: 'decimal', digits: 3 })).toMatchObject({
      maxFrame: 999,
      name: 'length:decimal3',
    })
    expect(lengthPrefixed({ bytes: 'hex', digits: 1 }).maxFrame).toBe(15)
    expect(lengthPrefixed({ bytes: 'decimal', until: ' ' }).name).toBe('length:decimal')
    expect(lengthPrefixed({ bytes: 'ber' }).name).toBe('length:ber')
  })

  it.each([
    { bytes: 'ascii' },
    { bytes: 'decimal' },
    { bytes: 'decimal', digits: 4, until: ' ' },
    { bytes: 'decimal', digits: 0 },
    { bytes: 'hex', digits: 16 },
    { bytes: 'decimal', until: '' },
    { bytes: 'decimal', until: '  ' },
    { bytes: 'decimal', until: '0' },
    { bytes: 'decimal', until: 'a' },
    { bytes: 'decimal', until: 'é' },
    { bytes: 'decimal', until: 32 },
    { bytes: 4, digits: 4 },
    { bytes: 'ber', until: ' ' },
    { bytes: 4, header: 4 },
  ])('refuses %o', (options) => {
    expect(catchError(() => lengthPrefixed(options as never)).code).toBe('HAWSER_INVALID_OPTION')
  })
})
