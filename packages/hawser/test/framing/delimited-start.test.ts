import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { delimited, type DelimitedOptions } from '../../src/framing/formats/delimited.js'
import { mapFraming } from '../../src/framing/combinators/map-framing.js'
import { raw } from '../../src/framing/formats/raw.js'
import { FrameReader } from '../../src/framing/frame-reader.js'
import type { Framing } from '../../src/framing/framing.js'
import { runs } from '../../../../test/support/property-runs.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { comparable, cutAt, cutEvery, decodeChunks, plainly } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { describeFraming } from './support/framing-contract.js'
import { bytesAmong, bytesOf } from './support/messages.js'
import { bothOperations } from './support/operations.js'

/** HL7's minimal lower layer protocol. */
const mllp = (options: DelimitedOptions = {}): Framing<Uint8Array, Uint8Array | string> =>
  delimited('\x1c\r', { start: '\x0b', ...options })

const segment = bytesAmong('MSH|\r\n', 16)

describeFraming("delimited('\\x1c\\r', { start: '\\v' })", {
  framing: mllp({ maxFrame: 16 }),
  message: segment,
  piece: fc.oneof(
    segment,
    fc.constant(latin1('\x0babc\x1c\r')),
    fc.constantFrom(latin1('\x0b'), latin1('\x1c\r'), latin1('\n')),
  ),
  large: { framing: mllp(), message: new Uint8Array(4500).fill(0x61) },
  overhead: 3,
})

describeFraming("delimited('\\x1c\\r', { start: '\\v', between: 'skip', oversize: 'discard' })", {
  framing: mllp({ maxFrame: 16, between: 'skip', oversize: 'discard' }),
  message: segment,
  piece: fc.oneof(
    bytesAmong('a\n\x0b\x1c\r', 30),
    fc.constant(latin1('\x0babc\x1c\r\n')),
    fc.constant(latin1('\xff')),
  ),
  large: { framing: mllp({ between: 'skip' }), message: new Uint8Array(4500).fill(0x61) },
  overhead: 3,
})

const overlapping: DelimitedOptions = {
  start: 'aab',
  between: 'skip',
  unterminated: 'deliver',
  maxFrame: 5,
}

describeFraming("delimited('aa', { start: 'aab', between: 'skip', unterminated: 'deliver' })", {
  framing: delimited('aa', overlapping),
  message: bytesAmong('b', 5),
  piece: fc.oneof(bytesAmong('ab', 20), fc.constant(latin1('aabbaa'))),
  large: {
    framing: delimited('aa', { ...overlapping, maxFrame: undefined }),
    message: new Uint8Array(4500).fill(0x62),
  },
  overhead: 5,
})

describe.each(bothOperations)('delimited() with start, with %s operations', (_, operations) => {
  /** What comes out, with how many bytes were skipped. */
  function decode(
    framing: Framing<Uint8Array, never>,
    text: string,
    size = text.length,
  ): { frames: readonly unknown[]; error: string | undefined; skipped: number } {
    let skipped = 0
    const outcome = decodeChunks(
      framing,
      operations,
      cutEvery(latin1(text), size),
      plainly,
      (reader) => {
        skipped = reader.skipped
      },
    )
    return { ...outcome, skipped }
  }

  it.each([1, 2, 3, 100])('refuses what lies between frames, in chunks of %i', (size) => {
    expect(decode(mllp(), '\x0ba\x1c\r\x0bb\x1c\r', size).frames).toEqual(['bytes:a', 'bytes:b'])
    expect(decode(mllp(), '\x0ba\x1c\r\n\x0bb\x1c\r', size)).toEqual({
      frames: ['bytes:a'],
      error: 'HAWSER_FRAME_MALFORMED',
      skipped: 0,
    })
  })

  it.each([1, 2, 3, 100])(
    'skips what lies between frames, and counts it, in chunks of %i',
    (size) => {
      const stream = 'garbage\x0ba\x1c\r\n\x0b\x0bb\x1c\r\xff\xff\n'
      expect(decode(mllp({ between: 'skip' }), stream, size)).toEqual({
        frames: ['bytes:a', 'bytes:\x0bb'],
        error: undefined,
        skipped: 11,
      })
    },
  )

  it('holds nothing of what it skips, and at most the beginning of a start', () => {
    const framing = delimited('\r\n', { start: '\x78\x78\x01', between: 'skip' })
    const reader = new FrameReader(framing, operations)
    const held: number[] = []
    for (const byte of latin1('\xffx\xffxx\xffxxx\x01')) {
      reader.feed(Uint8Array.of(byte), false, 0, () => true)
      held.push(reader.buffered)
    }
    expect(held).toEqual([0, 1, 0, 1, 2, 0, 1, 2, 2, 3])
    expect(reader.skipped).toBe(7)
  })

  it('counts the same, however the bytes are cut', () => {
    const framing = delimited('ab', {
      start: 'aab',
      between: 'skip',
      oversize: 'discard',
      maxFrame: 4,
    })
    const cuts = fc.array(fc.nat({ max: 60 }), { maxLength: 8 })
    fc.assert(
      fc.property(bytesAmong('aab\n', 60), cuts, (bytes, points) => {
        const count = (pieces: readonly Uint8Array[]): number => {
          const reader = new FrameReader(framing, operations)
          for (const piece of pieces) reader.feed(piece, false, 0, () => true)
          return reader.skipped
        }
        fc.pre(bytes.length > 0)
        expect(count(cutAt(bytes, points))).toBe(count([bytes]))
      }),
      runs(300),
    )
  })

  it('counts on over a framing that was switched, and through one made of it', () => {
    const reader: FrameReader<unknown> = new FrameReader(mllp({ between: 'skip' }), operations)
    reader.feed(latin1('abc'), false, 0, () => true)
    const upper = mapFraming(mllp({ between: 'skip' }), { decode: String, encode: String })
    reader.switchTo(upper).feed(latin1('de'), false, 0, () => true)
    expect(reader.skipped).toBe(5)
    expect(reader.switchTo(raw()).skipped).toBe(5)
  })

  it.each([1, 2, 5, 100])('skips a frame that is too large, in chunks of %i', (size) => {
    const stream = `\x0ba\x1c\r\x0b${'x'.repeat(40)}\x0b\x1c\x1c\r\x0b12345678\x1c\r\x0b123456789\x1c\r`
    expect(decode(mllp({ maxFrame: 8, oversize: 'discard' }), stream, size).frames).toEqual([
      'bytes:a',
      'bytes:12345678',
    ])
    expect(decode(mllp({ maxFrame: 8 }), stream, size)).toMatchObject({
      frames: ['bytes:a'],
      error: 'HAWSER_FRAME_TOO_LARGE',
    })
  })

  it.each([
    ['\x0babc', 'reject', 'HAWSER_FRAME_TRUNCATED', []],
    ['\x0babc', 'deliver', undefined, ['bytes:abc']],
    ['\x0b', 'deliver', undefined, ['bytes:']],
    ['\x0babc', 'discard', undefined, []],
    ['', 'reject', undefined, []],
  ] as const)('ends behind %j with %s', (stream, unterminated, error, frames) => {
    expect(decode(mllp({ unterminated }), stream)).toMatchObject({ frames, error })
  })

  it('takes half a start at the end for a frame that was cut off, or skips it', () => {
    const end = (options: DelimitedOptions): ReturnType<typeof decode> =>
      decode(delimited('\r\n', { start: '##', ...options }), '##a\r\n#')
    expect(end({}).error).toBe('HAWSER_FRAME_TRUNCATED')
    expect(end({ unterminated: 'deliver' }).error).toBe('HAWSER_FRAME_TRUNCATED')
    expect(end({ unterminated: 'discard' }).error).toBe(undefined)
    expect(end({ between: 'skip' }).error).toBe(undefined)
  })

  it('says where in the stream what it refuses is', () => {
    const reader = new FrameReader(mllp({ maxFrame: 3 }), operations)
    const feed = (text: string) => () => reader.feed(latin1(text), false, 0, () => true)
    feed('\x0ba\x1c\r')()
    expect(catchError(feed('\x0bb\x1c\rGET')).message).toContain(
      'a frame begins with "\\x0b", not "G" (byte 8 of the stream)',
    )
    const other = new FrameReader(mllp({ maxFrame: 3 }), operations)
    const tooLong = (): void => other.feed(latin1('\x0ba\x1c\r\x0blonger'), false, 0, () => true)
    expect(catchError(tooLong).message).toContain('the frame at byte 4 has more than 3 bytes')
  })

  it('puts both marks', () => {
    expect(encodeAll(mllp(), operations, ['ä', latin1('\x0b')])).toEqual(
      latin1('\x0b\xc3\xa4\x1c\r\x0b\x0b\x1c\r'),
    )
    expect(encodeAll(mllp(), operations, [new Uint8Array(20_000)])).toHaveLength(20_003)
    const holding = catchError(() => encodeAll(mllp(), operations, ['a\x1c\rb']))
    expect(holding.code).toBe('HAWSER_MESSAGE_INVALID')
  })

  it('reads a frame whose marks are the same', () => {
    expect(decode(delimited('~', { start: '~' }), '~a~~b~').frames).toEqual(['bytes:a', 'bytes:b'])
  })

  it.each([
    { between: 'skip' },
    { start: '' },
    { start: 7 },
    { start: 'a', between: 'keep' },
    { start: 'a'.repeat(1025) },
  ])('refuses %o', (options) => {
    expect(catchError(() => delimited('a', options as never)).code).toBe('HAWSER_INVALID_OPTION')
  })

  it('has a name with both marks, and messages of its own', () => {
    expect(mllp().name).toBe('delim:0b..1c0d')
    expect(comparable(bytesOf('a'))).toBe('bytes:a')
  })
})
