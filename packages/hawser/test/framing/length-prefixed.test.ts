import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import {
  lengthPrefixed,
  type LengthPrefixedOptions,
} from '../../src/framing/formats/length/length-prefixed.js'
import { portableOperations } from '../../src/framing/portable-operations.js'
import { encodeAll } from './support/bytes-output.js'
import { cutEvery, decodeChunks, type Outcome, plainly } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { describeFraming } from './support/framing-contract.js'
import { binaryMessage, bytesOf } from './support/messages.js'
import { bothOperations } from './support/operations.js'
import { countingOperations } from '../../src/testing/framing/counting-operations.js'

const bytes = (hex: string): Uint8Array =>
  new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const hex = (given: Uint8Array): string => Buffer.from(given).toString('hex')

const shapes: readonly (LengthPrefixedOptions & { readonly overhead: number })[] = [
  { bytes: 1, overhead: 1 },
  { bytes: 2, endian: 'little', overhead: 2 },
  { bytes: 3, oversize: 'discard', overhead: 3 },
  { bytes: 4, includesHeader: true, oversize: 'discard', overhead: 4 },
  { bytes: 8, endian: 'little', oversize: 'discard', overhead: 8 },
  { bytes: 'varint', oversize: 'discard', overhead: 10 },
  { bytes: 'varint', includesHeader: true, overhead: 10 },
  { bytes: 2, offset: 3, adjust: 2, oversize: 'discard', overhead: 2 },
  { bytes: 2, offset: 1, adjust: -2, includesHeader: true, endian: 'little', overhead: 2 },
]

for (const { overhead, ...shape } of shapes) {
  const roomy = lengthPrefixed(shape.bytes === 1 ? { ...shape, bytes: 2 } : shape)
  const framing = lengthPrefixed({ ...shape, maxFrame: 24 })
  const smallest = (shape.offset ?? 0) + Math.max(0, shape.adjust ?? 0)
  const message = binaryMessage(24).filter((given) => bytesOf(given).length >= smallest)
  const encoded = message.map((given) => encodeAll(framing, portableOperations, [given]))
  const tooLarge = message.map((given) =>
    encodeAll(lengthPrefixed(shape), portableOperations, [
      Buffer.concat([bytesOf(given), bytesOf(given)]),
    ]),
  )
  describeFraming(`lengthPrefixed(${JSON.stringify(shape)})`, {
    framing,
    message,
    received: bytesOf,
    piece: fc.oneof(encoded, tooLarge, fc.uint8Array({ maxLength: 6, max: 30 })),
    large: { framing: roomy, message: new Uint8Array(4500) },
    overhead,
  })
}

describe.each(bothOperations)('lengthPrefixed() with %s operations', (_, operations) => {
  const encode = (options: LengthPrefixedOptions, message: string | Uint8Array): string =>
    hex(encodeAll(lengthPrefixed(options), operations, [message]))
  const decode = (options: LengthPrefixedOptions, stream: string, size = 1000): Outcome =>
    decodeChunks(lengthPrefixed(options), operations, cutEvery(bytes(stream), size))

  it.each([
    [{ bytes: 1 }, '02 6869'],
    [{ bytes: 2 }, '0002 6869'],
    [{ bytes: 2, endian: 'little' }, '0200 6869'],
    [{ bytes: 3 }, '000002 6869'],
    [{ bytes: 3, endian: 'little' }, '020000 6869'],
    [{ bytes: 4 }, '00000002 6869'],
    [{ bytes: 4, endian: 'little' }, '02000000 6869'],
    [{ bytes: 8 }, '0000000000000002 6869'],
    [{ bytes: 8, endian: 'little' }, '0200000000000000 6869'],
    [{ bytes: 'varint' }, '02 6869'],
    [{ bytes: 4, includesHeader: true }, '00000006 6869'],
    [{ bytes: 'varint', includesHeader: true }, '03 6869'],
    [{ bytes: 2, adjust: 1 }, '0001 6869'],
    [{ bytes: 2, adjust: -1 }, '0003 6869'],
    [{ bytes: 1, offset: 1 }, '68 01 69'],
    [{ bytes: 2, offset: 2 }, '6869 0000'],
    [{ bytes: 2, offset: 1, includesHeader: true }, '68 0004 69'],
    [{ bytes: 2, offset: 1, includesHeader: true, adjust: 4 }, '68 0000 69'],
  ] as const)('reads and writes "hi" with %j as %s', (options, stream) => {
    expect(encode(options, 'hi')).toBe(stream.replaceAll(' ', ''))
    expect(encode(options, bytes('6869'))).toBe(stream.replaceAll(' ', ''))
    expect(decode(options, stream)).toEqual({ frames: ['bytes:hi'], error: undefined })
  })

  it("reads and writes varints as Protocol Buffers' documentation shows them", () => {
    const message = new Uint8Array(150)
    expect(encode({ bytes: 'varint' }, message)).toBe(`9601${hex(message)}`)
    expect(decode({ bytes: 'varint' }, `9601${hex(message)}`).error).toBe(undefined)
  })

  it.each([126, 127, 128, 16_380, 16_381, 16_382, 16_383])(
    'counts a varint that counts itself, around a message of %i bytes',
    (size) => {
      const stream = encode({ bytes: 'varint', includesHeader: true }, 'x'.repeat(size))
      expect(decode({ bytes: 'varint', includesHeader: true }, stream, 100_000)).toEqual({
        frames: [`bytes:${'x'.repeat(size)}`],
        error: undefined,
      })
    },
  )

  it.each([
    [
      'PostgreSQL',
      { bytes: 4, offset: 1, adjust: 1, includesHeader: true },
      '51 00000006 3100',
      'Q1\0',
    ],
    [
      'TPKT',
      { bytes: 2, offset: 2, includesHeader: true },
      '0300 0007 02f080',
      '\x03\0\x02\xf0\x80',
    ],
    ['DNS over TCP', { bytes: 2 }, '0003 123401', '\x12\x34\x01'],
  ] as const)('reads and writes the frames of %s', (_name, options, stream, message) => {
    expect(decode(options, stream).frames).toEqual([`bytes:${message}`])
    expect(encode(options, Buffer.from(message, 'latin1'))).toBe(stream.replaceAll(' ', ''))
  })

  it('reads a varint with padding, which some writers put to fill it in later', () => {
    expect(decode({ bytes: 'varint' }, '8280808000 6869').frames).toEqual(['bytes:hi'])
  })

  it.each(['ffffffffffffffffffff01', '8080808080808080808080', 'ffffffffffffffffff02'])(
    'takes the varint %s for malformed: it has more than 64 bits',
    (stream) => {
      for (const oversize of ['close', 'discard'] as const) {
        expect(decode({ bytes: 'varint', oversize }, stream, 1).error).toBe(
          'HAWSER_FRAME_MALFORMED',
        )
      }
    },
  )

  it.each([
    [4, 'ffffffff'],
    [8, '0000000100000000'],
    [8, '8000000000000000'],
    [8, 'ffffffffffffffff'],
    ['varint', 'ffffffffffffffffff01'],
  ] as const)('allocates nothing for the length in %s bytes %s', (size, header) => {
    const counting = countingOperations(operations)
    const outcome = decodeChunks(lengthPrefixed({ bytes: size }), counting, [bytes(header)])
    expect(outcome.error).toBe('HAWSER_FRAME_TOO_LARGE')
    expect(counting.count).toBe(0)
  })

  it.each([
    [8, '0020000000000000'],
    ['varint', '8080808080808010'],
  ] as const)('does not skip 2^53 bytes, though told to discard, in %s bytes', (size, header) => {
    const options = { bytes: size, oversize: 'discard' } as const
    expect(decode(options, header).error).toBe('HAWSER_FRAME_TOO_LARGE')
  })

  it('skips 2^53 - 9 bytes one chunk after the other and holds none', () => {
    const framing = lengthPrefixed({ bytes: 8, oversize: 'discard' })
    const chunks = [bytes('001ffffffffffff7'), ...cutEvery(new Uint8Array(100_000), 1000)]
    const outcome = decodeChunks(
      framing,
      operations,
      chunks,
      { ...plainly, borrowed: true },
      (reader) => {
        expect(reader.buffered).toBe(0)
      },
    )
    expect(outcome).toEqual({ frames: [], error: 'HAWSER_FRAME_TRUNCATED' })
  })

  it.each([1, 2, 5, 1000])('skips a frame that is too large, in chunks of %i', (size) => {
    const stream = `0161 0a${'78'.repeat(10)} 09${'79'.repeat(9)} 08${'7a'.repeat(8)} 0162`
    expect(decode({ bytes: 1, maxFrame: 8, oversize: 'discard' }, stream, size)).toEqual({
      frames: ['bytes:a', 'bytes:zzzzzzzz', 'bytes:b'],
      error: undefined,
    })
    expect(decode({ bytes: 1, maxFrame: 8 }, stream, size)).toEqual({
      frames: ['bytes:a'],
      error: 'HAWSER_FRAME_TOO_LARGE',
    })
  })

  it.each([
    [{ bytes: 4, includesHeader: true }, '00000003'],
    [{ bytes: 2, adjust: -4 }, '0003'],
    [{ bytes: 2, offset: 1, includesHeader: true }, '61 0002'],
  ] as const)(
    'takes a length for malformed that leaves less than nothing: %j %s',
    (options, stream) => {
      for (const oversize of ['close', 'discard'] as const) {
        expect(decode({ ...options, oversize }, stream).error).toBe('HAWSER_FRAME_MALFORMED')
      }
    },
  )

  it('says which length it read, where, and what the limit is', () => {
    const decoder = lengthPrefixed({ bytes: 4 }).createDecoder(operations)
    const stream = bytes('00000001 61 80000000')
    const { message } = catchError(() => decoder.decode(stream, () => true, false))
    expect(message).toContain('the frame at byte 5 has 2147483648 bytes, and maxFrame is 1048576')
  })

  it.each(['00', '000000', '00000002', '0000000261'])(
    'takes the end behind %s for truncated',
    (stream) => {
      expect(decode({ bytes: 4 }, stream).error).toBe('HAWSER_FRAME_TRUNCATED')
    },
  )

  it('sends large messages without copying them', () => {
    const message = new Uint8Array(20_000)
    const parts: Uint8Array[] = []
    const output = {
      buffer: new Uint8Array(64),
      reserve: () => 0,
      text() {},
      bytes: (part: Uint8Array) => parts.push(part),
    }
    lengthPrefixed({ bytes: 4 }).createEncoder(operations).encode(message, output)
    expect(parts).toEqual([message])
    expect(parts[0]).toBe(message)
    expect(hex(output.buffer.subarray(0, 4))).toBe('00004e20')
    const text = 'ä'.repeat(10_000)
    expect(encode({ bytes: 4 }, text)).toBe(`00004e20${'c3a4'.repeat(10_000)}`)
  })

  it('carries no more than its field can count', () => {
    expect(lengthPrefixed({ bytes: 1 }).maxFrame).toBe(255)
    expect(lengthPrefixed({ bytes: 1, includesHeader: true }).maxFrame).toBe(254)
    expect(lengthPrefixed({ bytes: 1, offset: 3, adjust: 2 }).maxFrame).toBe(260)
    expect(catchError(() => encode({ bytes: 1 }, 'a'.repeat(256))).code).toBe(
      'HAWSER_FRAME_TOO_LARGE',
    )
    expect(decode({ bytes: 1 }, `ff${'00'.repeat(255)}`).frames).toHaveLength(1)
  })

  it.each([
    [{ bytes: 2, offset: 3 }, 'ab'],
    [{ bytes: 2, adjust: 3 }, 'ab'],
    [{ bytes: 2 }, {} as unknown as string],
  ] as const)('refuses, with %j, the message %j', (options, message) => {
    expect(catchError(() => encode(options, message)).code).toBe('HAWSER_MESSAGE_INVALID')
  })

  it.each([
    {},
    { bytes: 5 },
    { bytes: '4' },
    { bytes: 4, endian: 'middle' },
    { bytes: 4, offset: -1 },
    { bytes: 4, offset: 65_536 },
    { bytes: 4, offset: 20, maxFrame: 10 },
    { bytes: 4, adjust: 0.5 },
    { bytes: 1, adjust: -300 },
    { bytes: 4, includesHeader: 1 },
    { bytes: 4, maxFrame: 0 },
    { bytes: 4, oversize: 'no' },
  ])('refuses options that cannot work: %j', (options) => {
    const wrong = options as LengthPrefixedOptions
    expect(catchError(() => lengthPrefixed(wrong)).code).toBe('HAWSER_INVALID_OPTION')
  })

  it('has a name that says what it is', () => {
    const names = [
      { bytes: 1 },
      { bytes: 2 },
      { bytes: 4, endian: 'little' },
      { bytes: 'varint' },
    ] as const
    expect(names.map((options) => lengthPrefixed(options).name)).toEqual([
      'length:1',
      'length:2be',
      'length:4le',
      'length:varint',
    ])
  })
})
