import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checksum, type ChecksumOptions } from '../../src/framing/combinators/checksum.js'
import { checksumAlgorithms } from '../../src/framing/combinators/checksum-algorithms.js'
import { delimited } from '../../src/framing/formats/delimited.js'
import { lengthPrefixed } from '../../src/framing/formats/length/length-prefixed.js'
import { lines } from '../../src/framing/formats/lines.js'
import { raw } from '../../src/framing/formats/raw.js'
import { portableOperations } from '../../src/framing/portable-operations.js'
import { FrameReader } from '../../src/framing/frame-reader.js'
import type { Framing } from '../../src/framing/framing.js'
import { runs } from '../../../../test/support/property-runs.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { cutEvery, decodeChunks } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { describeFraming } from './support/framing-contract.js'
import { binaryMessage, bytesOf } from './support/messages.js'
import { bothOperations } from './support/operations.js'

const bytes = (hex: string): Uint8Array =>
  new Uint8Array(Buffer.from(hex.replaceAll(' ', ''), 'hex'))
const hex = (given: Uint8Array): string => Buffer.from(given).toString('hex')

const shapes: readonly ChecksumOptions[] = [
  { algorithm: 'crc16-modbus', endian: 'little' },
  { algorithm: 'crc32', place: 'front' },
  { algorithm: 'crc16-arc', bytes: 4, offset: 3 },
  { algorithm: 'xor8', place: 'front', offset: 2, trailer: 1 },
  { algorithm: 'sum8', trailer: 2, bytes: 8, endian: 'little' },
]

for (const shape of shapes) {
  const framing = checksum(lengthPrefixed({ bytes: 2, maxFrame: 24 }), shape)
  const least = (shape.offset ?? 0) + (shape.trailer ?? 0)
  const message = binaryMessage(framing.maxFrame).filter((sent) => bytesOf(sent).length >= least)
  const encoded = message.map((sent) => encodeAll(framing, portableOperations, [sent]))
  describeFraming(`checksum(…, ${JSON.stringify(shape)})`, {
    framing,
    message,
    received: bytesOf,
    piece: fc.oneof({ weight: 3, arbitrary: encoded }, fc.uint8Array({ maxLength: 6, max: 30 })),
    large: {
      framing: checksum(lengthPrefixed({ bytes: 2 }), shape),
      message: new Uint8Array(4500),
    },
    overhead: 26 - framing.maxFrame,
  })

  it(`${JSON.stringify(shape)} finds every byte of a message that it covers, and was changed`, () => {
    fc.assert(
      fc.property(message, fc.nat(), fc.integer({ min: 1, max: 255 }), (sent, place, change) => {
        const stream = encodeAll(framing, portableOperations, [sent])
        const last = stream.length - (shape.trailer ?? 0)
        const first = 2 + (shape.offset ?? 0)
        const at = first + (place % (last - first))
        stream[at] = (stream[at] as number) ^ change
        expect(decodeChunks(framing, portableOperations, [stream]).error).toBe(
          'HAWSER_FRAME_MALFORMED',
        )
      }),
      runs(200),
    )
  })
}

// The check values of https://reveng.sourceforge.io/crc-catalogue/; the last two by hand.
it.each([
  ['crc16-arc', 0xbb3d],
  ['crc16-modbus', 0x4b37],
  ['crc16-x25', 0x906e],
  ['crc16-xmodem', 0x31c3],
  ['crc32', 0xcbf43926],
  ['sum8', 0xdd],
  ['xor8', 0x31],
] as const)('%s of "123456789" is %i', (name, value) => {
  expect(checksumAlgorithms[name].calculate(latin1('x123456789y'), 1, 10)).toBe(value)
})

it('has a check value of every algorithm', () => {
  expect(Object.keys(checksumAlgorithms)).toHaveLength(7)
})

describe.each(bothOperations)('checksum() with %s operations', (_, operations) => {
  const over = (options: ChecksumOptions): Framing<Uint8Array, Uint8Array | string> =>
    checksum(lengthPrefixed({ bytes: 1 }), options)
  const encode = (options: ChecksumOptions, message: Uint8Array | string): string =>
    hex(encodeAll(over(options), operations, [message]))

  it.each([
    [{ algorithm: 'xor8' }, '04 616263 60'],
    [{ algorithm: 'xor8', place: 'front' }, '04 60 616263'],
    [{ algorithm: 'xor8', bytes: 2 }, '05 616263 0060'],
    [{ algorithm: 'xor8', bytes: 2, endian: 'little' }, '05 616263 6000'],
    [{ algorithm: 'xor8', offset: 1 }, '04 616263 01'],
    [{ algorithm: 'xor8', offset: 1, place: 'front' }, '04 61 01 6263'],
    [{ algorithm: 'xor8', trailer: 1 }, '04 6162 03 63'],
    [{ algorithm: 'xor8', trailer: 1, place: 'front' }, '04 03 616263'],
    [{ algorithm: 'xor8', offset: 1, trailer: 1 }, '04 6162 62 63'],
  ] as const)('reads and writes "abc" with %j as %s', (options, stream) => {
    expect(encode(options, 'abc')).toBe(stream.replaceAll(' ', ''))
    expect(encode(options, latin1('abc'))).toBe(stream.replaceAll(' ', ''))
    for (const size of [1, 2, 100]) {
      const outcome = decodeChunks(over(options), operations, cutEvery(bytes(stream), size))
      expect(outcome).toEqual({ frames: ['bytes:abc'], error: undefined })
    }
  })

  it('reads the frame that the Modbus specification shows, and a published one of Teltonika', () => {
    // Modbus over serial line 1.02, section 6.2.2: of the frame 02 07 the CRC is 0x1241, low byte first.
    const modbus: ChecksumOptions = { algorithm: 'crc16-modbus', endian: 'little' }
    expect(encode(modbus, bytes('0207'))).toBe('0402074112')
    // https://wiki.teltonika-gps.com/view/Teltonika_Data_Sending_Protocols: Codec 8, first example.
    const stream = bytes(
      '000000000000003608010000016B40D8EA30010000000000000000000000000000000105021503010101425E0F01F10000601A014E0000000000000000010000C7CF',
    )
    const teltonika = checksum(lengthPrefixed({ bytes: 4, offset: 4, adjust: 4 }), {
      algorithm: 'crc16-arc',
      bytes: 4,
      offset: 4,
    })
    const frames: Uint8Array[] = []
    new FrameReader(teltonika, operations).feed(stream, false, 0, (frame) => frames.push(frame) > 0)
    expect(frames.map((frame) => frame.length)).toEqual([4 + 0x36])
    expect(encodeAll(teltonika, operations, frames)).toEqual(stream)
  })

  it('says both values of a wrong one, and where its frame begins', () => {
    const reader = new FrameReader(over({ algorithm: 'crc16-modbus' }), operations)
    const error = catchError(() =>
      reader.feed(bytes('04 0207 1241 04 0207 4112'), false, 0, () => true),
    )
    expect(error.code).toBe('HAWSER_FRAME_MALFORMED')
    expect(error.message).toContain(
      'a message of 4 bytes states 0x4112 as its crc16-modbus, which is 0x1241 (byte 5 of the stream)',
    )
  })

  it('refuses a message that is too short to have one', () => {
    const decode = (stream: string): string | undefined =>
      decodeChunks(over({ algorithm: 'crc32', offset: 1 }), operations, [bytes(stream)]).error
    expect(decode('00')).toBe('HAWSER_FRAME_MALFORMED')
    expect(decode('04 00000000')).toBe('HAWSER_FRAME_MALFORMED')
    expect(decode('05 ff00000000')).toBe(undefined)
  })

  it('refuses to send what its framing could not carry with it', () => {
    const small = checksum(lengthPrefixed({ bytes: 1 }), { algorithm: 'crc32', offset: 2 })
    expect(small.maxFrame).toBe(251)
    const send = (message: unknown): string =>
      catchError(() => encodeAll(small, operations, [message as string])).code
    expect(send('a'.repeat(252))).toBe('HAWSER_FRAME_TOO_LARGE')
    expect(send('a')).toBe('HAWSER_MESSAGE_INVALID')
    expect(send(7)).toBe('HAWSER_MESSAGE_INVALID')
    const text = checksum(delimited('|'), { algorithm: 'xor8' })
    expect(catchError(() => encodeAll(text, operations, ['|'])).code).toBe('HAWSER_MESSAGE_INVALID')
  })

  it('reads the same bytes again after a switch', () => {
    const reader: FrameReader<unknown> = new FrameReader(
      over({ algorithm: 'xor8', place: 'front', offset: 1 }),
      operations,
    )
    const stream = bytes('04 61 01 6263')
    reader.append(stream.slice(), false)
    reader.decode(() => true)
    const read: unknown[] = []
    reader.switchTo(raw()).decode((message) => read.push(message) > 0)
    expect(read).toEqual([stream])
  })
})

it.each([
  [lengthPrefixed({ bytes: 1 }), {}],
  [lengthPrefixed({ bytes: 1 }), { algorithm: 'crc8' }],
  [lengthPrefixed({ bytes: 1 }), { algorithm: 'toString' }],
  [lengthPrefixed({ bytes: 1 }), { algorithm: 'crc32', bytes: 2 }],
  [lengthPrefixed({ bytes: 1 }), { algorithm: 'crc32', bytes: 9 }],
  [lengthPrefixed({ bytes: 1 }), { algorithm: 'crc32', offset: 255 }],
  [lengthPrefixed({ bytes: 1, maxFrame: 4 }), { algorithm: 'crc32' }],
  [lengthPrefixed({ bytes: 1 }), { algorithm: 'crc32', place: 'behind', order: 'big' }],
  ['lines', { algorithm: 'crc32' }],
])('refuses %o with %o', (inner, options) => {
  expect(catchError(() => checksum(inner as never, options as never)).code).toBe(
    'HAWSER_INVALID_OPTION',
  )
})

it('takes no framing of text', () => {
  // @ts-expect-error its messages are no bytes
  expect(checksum(lines(), { algorithm: 'xor8' }).name).toBe('lines+xor8')
})
