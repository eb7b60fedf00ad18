import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FramingError, type HawserError } from '../../src/errors.js'
import { mapFraming } from '../../src/framing/combinators/map-framing.js'
import { lengthPrefixed } from '../../src/framing/formats/length/length-prefixed.js'
import { lines } from '../../src/framing/formats/lines.js'
import { raw } from '../../src/framing/formats/raw.js'
import type { Framing } from '../../src/framing/framing.js'
import { FrameReader } from '../../src/framing/frame-reader.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { cutEvery, decodeChunks } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { describeFraming } from './support/framing-contract.js'
import { bytesAmong } from './support/messages.js'
import { bothOperations } from './support/operations.js'

interface Typed {
  readonly type: number
  readonly value: string
}

/** One byte for the type, the rest is text. */
function typed(maxFrame?: number): Framing<Typed> {
  return mapFraming(lengthPrefixed({ bytes: 2, maxFrame }), {
    decode(message: Uint8Array): Typed {
      const [type] = message
      if (type === undefined) throw new RangeError('there is no type')
      return { type, value: Buffer.from(message.subarray(1)).toString('latin1') }
    },
    encode: ({ type, value }: Typed) => Buffer.concat([Uint8Array.of(type), latin1(value)]),
  })
}

const latin1Text = fc
  .uint8Array({ maxLength: 15 })
  .map((bytes) => Buffer.from(bytes).toString('latin1'))
const someTyped = fc.record({ type: fc.nat({ max: 255 }), value: latin1Text })

describeFraming('mapFraming(lengthPrefixed(…))', {
  framing: typed(16),
  message: someTyped,
  piece: fc.oneof(bytesAmong('\0\x01\x02a', 8), fc.constant(latin1('\0\x03abc'))),
  large: { framing: typed(), message: { type: 1, value: 'a'.repeat(4500) } },
  overhead: 2,
})

const numbers = mapFraming(lines({ maxFrame: 16 }), { decode: Number, encode: String })

describeFraming('mapFraming(lines(), { decode: Number, … })', {
  framing: numbers,
  message: fc.integer({ min: -1000, max: 1000 }),
  piece: bytesAmong('12-\n', 20),
  large: {
    framing: mapFraming(lines(), {
      decode: Number,
      encode: (value: number) => String(value).padStart(4500, '0'),
    }),
    message: 5,
  },
  overhead: 2,
})

const fails = {
  decode(): never {
    throw new RangeError('not like \x1b[2Jthis')
  },
  encode(): never {
    throw new RangeError('not like that')
  },
}

describe.each(bothOperations)('mapFraming() with %s operations', (_, operations) => {
  const feed = (framing: Framing<unknown, never>, text: string): HawserError =>
    catchError(() => new FrameReader(framing, operations).feed(latin1(text), false, 0, () => true))

  it('delivers what is in front of a message that decode refuses, and says where that one began', () => {
    const upper = mapFraming(lines(), {
      decode(line) {
        if (line === 'bad') throw new RangeError('bad is no word')
        return line.toUpperCase()
      },
      encode: (line: string) => line,
    })
    expect(decodeChunks(upper, operations, cutEvery(latin1('good\nbad\nworse\n'), 1))).toEqual({
      frames: ['GOOD'],
      error: 'HAWSER_FRAME_MALFORMED',
    })
    const { message, cause } = feed(upper, 'good\nbad\n')
    expect(message).toContain('decode refuses a message: bad is no word (byte 5 of the stream)')
    expect(cause).toBeInstanceOf(RangeError)
  })

  it('says nothing that would drive a terminal', () => {
    const { message } = feed(mapFraming(lines(), fails), 'a\n')
    expect(message).toContain('not like \\u001b[2Jthis')
  })

  it('passes on an error of a framing as it is', () => {
    const error = new FramingError('HAWSER_TEXT_INVALID', 'mine', {})
    const throwing = (): never => {
      throw error
    }
    const framing = mapFraming(lines(), { decode: throwing, encode: throwing })
    expect(feed(framing, 'a\n')).toBe(error)
    expect(catchError(() => encodeAll(framing, operations, ['a']))).toBe(error)
  })

  it('puts nothing of a message that encode refuses', () => {
    const framing = mapFraming(lines(), fails)
    const error = catchError(() => encodeAll(framing, operations, ['a' as never]))
    expect(error).toMatchObject({ code: 'HAWSER_MESSAGE_INVALID', cause: { name: 'RangeError' } })
  })

  it('refuses functions that are async, whose rejection is handled', async () => {
    const late = (): Promise<never> => Promise.reject(new Error('late'))
    const framing = mapFraming(lines(), { decode: late, encode: late as never })
    expect(feed(framing, 'a\n').code).toBe('HAWSER_FRAME_MALFORMED')
    expect(catchError(() => encodeAll(framing, operations, ['a' as never])).code).toBe(
      'HAWSER_MESSAGE_INVALID',
    )
    await new Promise((resolve) => setTimeout(resolve, 0))
  })

  it('reads the same bytes again after a switch, whatever decode did to its message', () => {
    const masked = mapFraming(raw(), {
      decode: (message: Uint8Array) => message.fill(0),
      encode: (message: Uint8Array) => message,
    })
    const reader: FrameReader<unknown> = new FrameReader(masked, operations)
    reader.append(new Uint8Array(40_000).fill(7), false)
    reader.decode(() => true)
    const read: unknown[] = []
    reader.switchTo(raw()).decode((message) => read.push(message) > 0)
    expect(read).toEqual([new Uint8Array(40_000).fill(7)])
  })

  it('keeps what its framing is', () => {
    const sequence = { ...lines(), perConnection: true, streaming: true }
    expect(mapFraming(sequence, fails)).toMatchObject({
      name: 'lines',
      maxFrame: 1024 * 1024,
      perConnection: true,
      streaming: true,
    })
  })

  it.each([
    [undefined, fails],
    [lines(), {}],
    [lines(), { ...fails, encode: 7 }],
    [lines(), { ...fails, decode: undefined }],
    [lines(), { ...fails, decoder: fails.decode }],
  ])('refuses %o with %o', (inner, options) => {
    expect(catchError(() => mapFraming(inner as never, options as never)).code).toBe(
      'HAWSER_INVALID_OPTION',
    )
  })
})
