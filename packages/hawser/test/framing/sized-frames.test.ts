import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FramingError } from '../../src/errors.js'
import {
  lengthPrefixed,
  type LengthPrefixedOptions,
} from '../../src/framing/formats/length/length-prefixed.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { cutEvery, decodeChunks, type Outcome } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { describeFraming } from './support/framing-contract.js'
import { bytesAmong } from './support/messages.js'
import { bothOperations } from './support/operations.js'

type LengthOf = (header: Uint8Array) => number | undefined

/** A byte for the kind, and for the kind `b` one, for others none, that says how much follows. */
const byKind: LengthOf = ([kind, size]) => {
  if (kind === 0x61) return 1
  if (kind !== 0x62) throw new RangeError('no such kind')
  return size === undefined ? undefined : 2 + size
}

const shape = { lengthOf: byKind, header: 1, mostHeader: 2 }

const kindB = fc
  .uint8Array({ maxLength: 22 })
  .map((value) => Uint8Array.of(0x62, value.length, ...value))
const frame = fc.oneof(fc.constant(latin1('a')), kindB)

describeFraming('lengthPrefixed({ lengthOf, header: 1, mostHeader: 2 })', {
  framing: lengthPrefixed({ ...shape, maxFrame: 24 }),
  message: frame,
  piece: fc.oneof(frame, bytesAmong('ab\x01\x02', 12), fc.constant(latin1('b\xff'))),
  large: {
    framing: lengthPrefixed({ lengthOf: () => 4500, header: 1 }),
    message: new Uint8Array(4500),
  },
  overhead: 0,
})

describeFraming("lengthPrefixed({ lengthOf, header: 2, oversize: 'discard' })", {
  framing: lengthPrefixed({
    lengthOf: ([kind = 0, size = 0]) => (kind === 0 ? 2 : 2 + size),
    header: 2,
    maxFrame: 24,
    oversize: 'discard',
  }),
  message: kindB,
  piece: fc.oneof(frame, bytesAmong('ab\x01\x02', 12), fc.constant(latin1('b\x30'))),
  large: {
    framing: lengthPrefixed({ lengthOf: () => 4500, header: 1 }),
    message: new Uint8Array(4500),
  },
  overhead: 0,
})

/** Modbus RTU, replies of a device: the function code says where the length is. */
const modbusReply: LengthOf = ([, code = 0, count = 0]) => {
  if (code >= 0x80) return 5
  if (code >= 1 && code <= 4) return 5 + count
  return code === 5 || code === 6 || code === 15 || code === 16 ? 8 : undefined
}

describe.each(bothOperations)(
  'lengthPrefixed({ lengthOf }) with %s operations',
  (_, operations) => {
    const decode = (options: LengthPrefixedOptions, stream: string, size = 1000): Outcome =>
      decodeChunks(lengthPrefixed(options), operations, cutEvery(latin1(stream), size))

    it.each([1, 2, 3, 100])(
      'cuts the replies of Modbus RTU by function code, in chunks of %i',
      (size) => {
        const replies = [
          '\x11\x03\x02\x00\x2a\x01\x02',
          '\x11\x83\x02\x01\x02',
          '\x11\x06\0\x01\0\x03\x01\x02',
        ]
        expect(decode({ lengthOf: modbusReply, header: 3 }, replies.join(''), size)).toEqual({
          frames: replies.map((reply) => `bytes:${reply}`),
          error: undefined,
        })
      },
    )

    it('asks with each number of bytes once, however they arrive', () => {
      const asked: number[] = []
      const lengthOf: LengthOf = (header) => {
        asked.push(header.length)
        return header.length < 5 ? undefined : 8
      }
      for (const size of [1, 3, 100]) {
        asked.length = 0
        decode({ lengthOf, header: 2, mostHeader: 6 }, '12345678'.repeat(2), size)
        expect(asked).toEqual([2, 3, 4, 5, 2, 3, 4, 5])
      }
    })

    it('costs no more than so many questions, however long nothing is known', () => {
      let asked = 0
      const lengthOf: LengthOf = () => {
        asked++
        return undefined
      }
      const options = { lengthOf, header: 1, mostHeader: 4096 }
      expect(decode(options, 'x'.repeat(100_000), 7).error).toBe('HAWSER_FRAME_MALFORMED')
      expect(asked).toBe(4096)
    })

    it('gives it a copy, which it may keep and change', () => {
      const lengthOf: LengthOf = (header) => header.fill(0).length + 1
      expect(decode({ lengthOf, header: 1 }, 'abcd').frames).toEqual(['bytes:ab', 'bytes:cd'])
    })

    it.each<[string, LengthOf, string]>([
      [
        'knows no size',
        () => undefined,
        'lengthOf knows no size of the frame that begins with "ab"',
      ],
      [
        'returns less than it saw',
        () => 1,
        'lengthOf returned 1 for a frame of which it has seen 2',
      ],
      ['returns NaN', () => NaN, 'lengthOf returned NaN'],
      ['returns Infinity', () => Infinity, 'lengthOf returned Infinity'],
      ['returns text', () => '5' as never, 'lengthOf returned "5"'],
      ['throws', byKind.bind(undefined, latin1('xy')), 'lengthOf refuses a frame: no such kind'],
      ['is async', () => Promise.reject(new Error('late')) as never, 'lengthOf returned a promise'],
    ])('refuses the frame if it %s', (_situation, lengthOf, says) => {
      const framing = lengthPrefixed({ lengthOf, header: 2 })
      const error = catchError(() =>
        framing.createDecoder(operations).decode(latin1('abc'), () => true, false),
      )
      expect(error.code).toBe('HAWSER_FRAME_MALFORMED')
      expect(error.message).toContain(says)
      const sent = catchError(() => encodeAll(framing, operations, ['abc']))
      expect(sent.code).toBe('HAWSER_MESSAGE_INVALID')
    })

    it('passes on an error of a framing as it is', () => {
      const error = new FramingError('HAWSER_TEXT_INVALID', 'mine', {})
      const lengthOf = (): never => {
        throw error
      }
      const decoder = lengthPrefixed({ lengthOf, header: 1 }).createDecoder(operations)
      expect(catchError(() => decoder.decode(latin1('a'), () => true, false))).toBe(error)
    })

    it('takes no memory for what it says, and skips it where that was asked for', () => {
      const huge = { lengthOf: () => 2 ** 40, header: 1 }
      expect(decode(huge, 'a').error).toBe('HAWSER_FRAME_TOO_LARGE')
      expect(decode({ ...huge, oversize: 'discard' }, 'a'.repeat(100), 7).error).toBe(
        'HAWSER_FRAME_TRUNCATED',
      )
      expect(decode({ ...huge, lengthOf: () => 2 ** 60, oversize: 'discard' }, 'a').error).toBe(
        'HAWSER_FRAME_TOO_LARGE',
      )
    })

    it('sends whole frames alone', () => {
      const send = (message: string): string =>
        Buffer.from(encodeAll(lengthPrefixed(shape), operations, [message])).toString()
      expect(send('b\x02hi')).toBe('b\x02hi')
      for (const message of ['', 'b', 'b\x02h', 'b\x02hi!', 'c']) {
        expect(catchError(() => send(message)).code).toBe('HAWSER_MESSAGE_INVALID')
      }
    })

    it.each([
      { lengthOf: byKind },
      { lengthOf: 7, header: 1 },
      { lengthOf: byKind, header: 0 },
      { lengthOf: byKind, header: 4097 },
      { lengthOf: byKind, header: 4, mostHeader: 3 },
      { lengthOf: byKind, header: 4, maxFrame: 3 },
      { lengthOf: byKind, header: 4, bytes: 4 },
      { lengthOf: byKind, header: 4, offset: 4 },
    ])('refuses %o', (options) => {
      expect(catchError(() => lengthPrefixed(options as never)).code).toBe('HAWSER_INVALID_OPTION')
    })
  },
)
