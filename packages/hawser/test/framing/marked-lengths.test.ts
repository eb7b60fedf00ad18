import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checksum } from '../../src/framing/combinators/checksum.js'
import {
  lengthPrefixed,
  type LengthPrefixedOptions,
} from '../../src/framing/formats/length/length-prefixed.js'
import { FrameReader } from '../../src/framing/frame-reader.js'
import { portableOperations } from '../../src/framing/portable-operations.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { cutEvery, decodeChunks, type Outcome } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { describeFraming } from './support/framing-contract.js'
import { binaryMessage, bytesAmong, bytesOf } from './support/messages.js'
import { bothOperations } from './support/operations.js'

const shapes: readonly LengthPrefixedOptions[] = [
  { bytes: 2, start: '##' },
  { bytes: 2, start: '##', between: 'skip', oversize: 'discard' },
  { bytes: 'decimal', digits: 4, start: 'aab', between: 'skip', offset: 1 },
]

for (const shape of shapes) {
  const overhead = (shape.digits ?? 2) + (shape.start?.length ?? 0)
  const framing = lengthPrefixed({ ...shape, maxFrame: 24 })
  const message = binaryMessage(24).filter((sent) => bytesOf(sent).length >= (shape.offset ?? 0))
  const encoded = message.map((sent) => encodeAll(framing, portableOperations, [sent]))
  describeFraming(`lengthPrefixed(${JSON.stringify(shape)})`, {
    framing,
    message,
    received: bytesOf,
    piece: fc.oneof(encoded, bytesAmong('#ab\0\x01\x30\xff', 8), fc.constant(latin1('##\0\x40'))),
    large: { framing: lengthPrefixed(shape), message: new Uint8Array(4500) },
    overhead,
  })
}

/** Concox GT06: 78 78, a length, the data with a CRC behind it, 0d 0a. */
const gt06Frames = lengthPrefixed({
  start: latin1('\x78\x78'),
  between: 'skip',
  header: 3,
  maxFrame: 260,
  lengthOf: ([, , size = 0]) => size + 5,
})
const gt06 = checksum(gt06Frames, { algorithm: 'crc16-x25', offset: 2, trailer: 2 })
const login = '78780d01012345678901234500018cdd0d0a'
const reply = '787805010001d9dc0d0a'

describeFraming('lengthPrefixed({ lengthOf, start, between: skip })', {
  framing: gt06Frames,
  message: fc
    .uint8Array({ maxLength: 250 })
    .map((data) => Uint8Array.of(0x78, 0x78, data.length, ...data, 0x0d, 0x0a)),
  piece: fc.oneof(
    bytesAmong('x\x05\xff\r\n', 8),
    fc.constantFrom(login, reply, 'ff').map((hex) => new Uint8Array(Buffer.from(hex, 'hex'))),
  ),
  large: {
    framing: lengthPrefixed({ lengthOf: () => 4500, header: 1, start: 'a' }),
    message: new Uint8Array(4500).fill(0x61),
  },
  overhead: 0,
})

describe.each(bothOperations)('a length behind a mark, with %s operations', (_, operations) => {
  const decode = (options: LengthPrefixedOptions, stream: string, size = 1000): Outcome =>
    decodeChunks(lengthPrefixed(options), operations, cutEvery(latin1(stream), size))

  it.each([1, 2, 3, 100])('is read and written, in chunks of %i', (size) => {
    const shape = { bytes: 1, start: '##', between: 'skip' } as const
    expect(encodeAll(lengthPrefixed(shape), operations, ['hi'])).toEqual(latin1('##\x02hi'))
    expect(decode(shape, 'x##\x02hi\n\n##\x03###\xff', size)).toEqual({
      frames: ['bytes:hi', 'bytes:###'],
      error: undefined,
    })
    expect(decode({ ...shape, between: 'refuse' }, '##\x02hi#\x02hi', size)).toEqual({
      frames: ['bytes:hi'],
      error: 'HAWSER_FRAME_MALFORMED',
    })
  })

  it('counts what it skips, and holds none of it', () => {
    const reader = new FrameReader(
      lengthPrefixed({ bytes: 1, start: '##', between: 'skip' }),
      operations,
    )
    reader.feed(latin1('\xff\xff##\x01a\xff#x'), false, 0, () => true)
    expect([reader.skipped, reader.buffered]).toEqual([5, 0])
    reader.feed(latin1('##'), false, 0, () => true)
    expect(reader.buffered).toBe(2)
  })

  it.each([1, 4, 100])(
    'reads published frames of a tracker with stray bytes, in chunks of %i',
    (size) => {
      const stream = Buffer.from(`0d0aff${login}ffff${reply}ff`, 'hex')
      const { frames, error } = decodeChunks(
        gt06,
        operations,
        cutEvery(Uint8Array.from(stream), size),
      )
      const hex = (text: string): string => `bytes:${Buffer.from(text, 'hex').toString('latin1')}`
      expect({ frames, error }).toEqual({
        frames: [hex('78780d01012345678901234500010d0a'), hex('7878050100010d0a')],
        error: undefined,
      })
      const sent = encodeAll(gt06, operations, [Buffer.from('7878050100010d0a', 'hex')])
      expect(Buffer.from(sent).toString('hex')).toBe(reply)
    },
  )

  it('is put only in front of messages that have it', () => {
    const code = (message: string): string =>
      catchError(() => encodeAll(gt06Frames, operations, [Buffer.from(message, 'hex')])).code
    expect(code('7979050100010d0a')).toBe('HAWSER_MESSAGE_INVALID')
    expect(code('78')).toBe('HAWSER_MESSAGE_INVALID')
  })

  it('ends in half a mark as one that is cut off, unless that is skipped', () => {
    const shape = { bytes: 1, start: '##' } as const
    expect(decode(shape, '##\x01a#').error).toBe('HAWSER_FRAME_TRUNCATED')
    expect(decode({ ...shape, between: 'skip' }, '##\x01a#').error).toBe(undefined)
    expect(decode({ ...shape, between: 'skip' }, '##').error).toBe('HAWSER_FRAME_TRUNCATED')
    expect(decode({ lengthOf: () => 4, header: 1, start: '##' }, '##ab#').error).toBe(
      'HAWSER_FRAME_TRUNCATED',
    )
  })

  it.each([
    { bytes: 1, between: 'skip' },
    { bytes: 1, start: '' },
    { lengthOf: () => 4, header: 1, start: 'abc', maxFrame: 2 },
    { lengthOf: () => 4, header: 1, between: 'skip' },
  ])('refuses %o', (options) => {
    expect(catchError(() => lengthPrefixed(options as never)).code).toBe('HAWSER_INVALID_OPTION')
  })
})
