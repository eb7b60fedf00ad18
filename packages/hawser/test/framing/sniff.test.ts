import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { FramingError } from '../../src/errors.js'
import { duplexFraming } from '../../src/framing/combinators/duplex-framing.js'
import { sniff, type SniffOptions } from '../../src/framing/combinators/sniff.js'
import { lines } from '../../src/framing/formats/lines.js'
import { raw } from '../../src/framing/formats/raw.js'
import { FrameReader } from '../../src/framing/frame-reader.js'
import { runs } from '../../../../test/support/property-runs.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { cutAt, cutEvery, decodeChunks, type Delivery, deliveries } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { bytesAmong } from './support/messages.js'
import { bothOperations } from './support/operations.js'

type Protocol = 'tls' | 'http' | 'own'

/** As a server with three protocols on one port has it. */
function choose(prefix: Uint8Array): Protocol | undefined {
  if (prefix[0] === 0x16) return 'tls'
  if (prefix[0] === 0x23) return 'own'
  if (prefix.length < 4) return undefined
  const text = Buffer.from(prefix).toString('latin1')
  return text.startsWith('GET ') ? 'http' : undefined
}

describe.each(bothOperations)('sniff() with %s operations', (_, operations) => {
  /** The choice, then everything as `raw()` reads it behind the switch. */
  function read(
    pieces: readonly Uint8Array[],
    delivery: Delivery,
  ): { choice: unknown; rest: string; error: string | undefined } {
    let choice: unknown
    let rest = ''
    let error: string | undefined
    const reader: FrameReader<unknown> = new FrameReader(
      sniff({ choose, maxPrefix: 6 }),
      operations,
    )
    const emit = (message: unknown): boolean => {
      if (choice === undefined) {
        choice = message
        return false
      }
      rest += Buffer.from(message as Uint8Array).toString('latin1')
      return true
    }
    try {
      for (const piece of pieces) {
        const bytes = Uint8Array.from(piece)
        const before = choice
        if (delivery.by === 'feed') reader.feed(bytes, delivery.borrowed, 0, emit)
        else {
          reader.append(bytes, delivery.borrowed)
          reader.decode(emit)
          reader.release(reader.unreleased)
        }
        if (delivery.borrowed) bytes.fill(0xaa)
        if (before !== choice) reader.switchTo(raw()).decode(emit)
        reader.release(reader.unreleased)
      }
    } catch (thrown) {
      error = (thrown as FramingError).code
    }
    return { choice, rest, error }
  }

  it('chooses the same, and leaves every byte to the next framing, however they are cut', () => {
    const stream = fc.oneof(
      bytesAmong('GET \x16#x', 40),
      fc.constantFrom('GET / HTTP/1.1\r\n', '\x16\x03\x01', '#own', 'GE', 'GETTER').map(latin1),
    )
    const cuts = fc.array(fc.nat({ max: 40 }), { maxLength: 6 })
    fc.assert(
      fc.property(stream, cuts, fc.constantFrom(...deliveries), (bytes, points, delivery) => {
        fc.pre(bytes.length > 0)
        const whole = read([bytes], delivery)
        if (whole.choice !== undefined) expect(latin1(whole.rest)).toEqual(bytes)
        expect(read(cutAt(bytes, points), delivery)).toEqual(whole)
        expect(read(cutEvery(bytes, 1), delivery)).toEqual(whole)
      }),
      runs(500),
    )
  })

  it.each([
    ['GET /', 'http'],
    ['\x16\x03', 'tls'],
    ['#', 'own'],
  ])('of %j is %s', (stream, choice) => {
    expect(decodeChunks(sniff({ choose }), operations, [latin1(stream)])).toEqual({
      frames: [choice],
      // Who does not switch has a rest that belongs to no frame.
      error: 'HAWSER_FRAME_TRUNCATED',
    })
  })

  it('asks with one byte, then with two, and so on, and gives copies', () => {
    for (const size of [1, 3, 100]) {
      const asked: string[] = []
      const ask = (prefix: Uint8Array): undefined => {
        asked.push(Buffer.from(prefix).toString())
        prefix.fill(0)
      }
      decodeChunks(
        sniff({ choose: ask, maxPrefix: 4 }),
        operations,
        cutEvery(latin1('abcdef'), size),
      )
      expect(asked).toEqual(['a', 'ab', 'abc', 'abcd'])
    }
  })

  const failing = (options: SniffOptions<unknown>, stream: string): FramingError => {
    const reader = new FrameReader(sniff(options), operations)
    return catchError(() => reader.feed(latin1(stream), false, 0, () => true)) as FramingError
  }

  it.each([1, 3, 100])(
    'refuses a peer that shows nothing within maxPrefix, in chunks of %i',
    (size) => {
      const framing = sniff({ choose, maxPrefix: 4 })
      expect(decodeChunks(framing, operations, cutEvery(latin1('HEAD /'), size)).error).toBe(
        'HAWSER_FRAME_MALFORMED',
      )
      expect(failing({ choose, maxPrefix: 4 }, 'HEAD /').message).toContain(
        'choose knows no protocol that begins with "HEAD"',
      )
      expect(decodeChunks(sniff({ choose }), operations, [latin1('GE')]).error).toBe(
        'HAWSER_FRAME_TRUNCATED',
      )
    },
  )

  it('refuses what choose throws, and a promise', () => {
    const refuse = (): never => {
      throw new RangeError('not on this port')
    }
    expect(failing({ choose: refuse }, 'a')).toMatchObject({
      code: 'HAWSER_FRAME_MALFORMED',
      message: expect.stringContaining('choose refuses a peer: not on this port') as string,
    })
    const error = new FramingError('HAWSER_TEXT_INVALID', 'mine', {})
    const own = (): never => {
      throw error
    }
    expect(failing({ choose: own }, 'a')).toBe(error)
    const late = (): Promise<never> => Promise.reject(new Error('late'))
    expect(failing({ choose: late }, 'a').code).toBe('HAWSER_FRAME_MALFORMED')
  })

  it('holds no more than a prefix for a program that does not switch', () => {
    const reader = new FrameReader(sniff({ choose, maxPrefix: 8 }), operations)
    const feed = (): void => reader.feed(latin1('#own'), false, 0, () => true)
    feed()
    feed()
    expect(catchError(feed).code).toBe('HAWSER_FRAME_TOO_LARGE')
  })

  it('sends nothing, unless another framing does', () => {
    const { code } = catchError(() => encodeAll(sniff({ choose }), operations, ['a' as never]))
    expect(code).toBe('HAWSER_MESSAGE_INVALID')
    const both = duplexFraming({ receive: sniff({ choose }), send: lines() })
    expect(encodeAll(both, operations, ['hello'])).toEqual(latin1('hello\n'))
  })

  it.each([
    {},
    { choose: 7 },
    { choose, maxPrefix: 0 },
    { choose, maxPrefix: 4097 },
    { chose: choose },
  ])('refuses %o', (options) => {
    expect(catchError(() => sniff(options as never)).code).toBe('HAWSER_INVALID_OPTION')
  })
})
