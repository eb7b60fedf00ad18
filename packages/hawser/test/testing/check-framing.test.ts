import {
  type Decoder,
  delimited,
  dotStuffed,
  type Emit,
  fixed,
  framing,
  type Framing,
  FramingError,
  jsonLines,
  jsonValues,
  lengthPrefixed,
  lines,
  mapFraming,
  netstring,
  raw,
  slip,
} from 'hawser'
import { checkFraming, type FramingSample } from 'hawser/testing'
import { describe, expect, it } from 'vitest'

const bytes = (text: string): Uint8Array => Uint8Array.from(Buffer.from(text, 'latin1'))
const texts = ['', 'a', 'hello', 'x'.repeat(30)]
const binary: readonly FramingSample<Uint8Array, string>[] = texts.map((send) => ({
  send,
  receive: [bytes(send)],
}))
const maxFrame = 64

describe('the framings of the library pass', () => {
  it.each<[string, Framing<unknown, never>, readonly FramingSample<unknown, never>[]]>([
    ['raw', raw({ maxFrame }), [{ send: bytes('abc') as never }]],
    ['lines', lines({ maxFrame }), texts.map((send) => ({ send: send as never }))],
    ['jsonLines', jsonLines({ maxFrame }), [{ send: { a: [1] } as never }]],
    ['jsonValues', jsonValues({ maxFrame }), [{ send: { a: [1] } as never }]],
    ['delimited', delimited('\r\n', { maxFrame }), binary as never],
    [
      'delimited, with start',
      delimited('>', { maxFrame, start: '<', between: 'skip' }),
      binary as never,
    ],
    ['lengthPrefixed', lengthPrefixed({ bytes: 4, maxFrame }), binary as never],
    ['netstring, skipping', netstring({ maxFrame, oversize: 'discard' }), binary as never],
    ['fixed', fixed(3), [{ send: bytes('abc') as never }, { send: bytes('def') as never }]],
    ['slip', slip({ maxFrame }), binary.slice(1) as never],
    [
      'dotStuffed',
      dotStuffed({ maxFrame }),
      [{ bytes: bytes('..\r\n.\r\n'), receive: [bytes('.\r\n')] }],
    ],
    [
      'mapFraming',
      mapFraming(lines({ maxFrame }), { decode: Number, encode: String }),
      [{ send: 12 as never }],
    ],
  ])('%s', (_name, subject, samples) => {
    checkFraming(subject, samples)
  })
})

type Decode = (bytes: Uint8Array, emit: Emit<unknown>, owned: boolean) => number

/** Frames of three bytes, read by a decoder that has a fault. */
function faulty(
  make: () => Decode,
  more: Partial<Decoder<unknown>> = {},
): Framing<unknown, Uint8Array> {
  return framing<unknown, Uint8Array>({
    name: 'own',
    maxFrame: 100,
    decoder: () => ({ decode: make(), ...more }),
    encoder: () => ({ encode: (message, output) => output.bytes(message) }),
  })
}

const three: Decode = (given, emit) => {
  let start = 0
  while (start + 3 <= given.length) {
    start += 3
    if (!emit(given.slice(start - 3, start), start)) break
  }
  return start
}
const samples = [{ send: bytes('abc') }, { send: bytes('def') }]

describe('a decoder that has a fault is found out', () => {
  it('without one, it passes', () => {
    checkFraming(
      faulty(() => three),
      samples,
    )
  })

  it.each<[string, () => Decode, RegExp, Partial<Decoder<unknown>>?]>([
    [
      'takes a chunk for a message',
      () => (given, emit) => (emit(given.slice(), given.length), given.length),
      /makes something else of these bytes, the samples, in one piece.*: 1 messages, and 2 were/s,
    ],
    [
      'forgets a part of a frame',
      () => (given, emit) => {
        three(given, emit, false)
        return given.length
      },
      /"own" makes something else of these bytes, byte by byte.*: 0 messages, and 2 were expected/s,
    ],
    [
      'passes on views of memory that is not its own',
      () => (given, emit) =>
        three(given, (_, end) => emit(given.subarray(end - 3, end), end), false),
      /message 0 is another one/,
    ],
    [
      'goes on when it was stopped',
      () => (given, emit) => three(given, (message, end) => (emit(message, end), true), false),
      /emitted a frame after emit had returned false|returned \d as the number of bytes consumed/,
    ],
    ['returns nothing', () => () => undefined as never, /returned undefined/],
    [
      'throws what is no error of a framing, for garbage alone',
      () => (given, emit) => {
        if (given.some((byte) => byte > 0x7f)) throw new TypeError('not a letter')
        return three(given, emit, false)
      },
      /threw TypeError: not a letter: it has to throw a FramingError/,
    ],
    [
      'refuses garbage only if it arrives at once',
      () => (given, emit) => {
        if (given.length > 1 && given[1] === given[0]) {
          throw new FramingError('HAWSER_FRAME_MALFORMED', 'twice', {})
        }
        return given.length > 1 ? given.length : three(given, emit, false)
      },
      /makes something else of these bytes/,
    ],
  ])('%s', (_fault, make, says, more) => {
    expect(() => checkFraming(faulty(make, more), samples)).toThrow(says)
  })

  it('says which bytes, and its name', () => {
    const check = (): void =>
      checkFraming(
        faulty(() => (given) => given.length),
        samples,
      )
    expect(check).toThrow(expect.objectContaining({ name: 'ExpectationError' }) as Error)
    expect(check).toThrow(/bytes: 'abcdef'/)
  })

  it('a decoder that searches all of a frame for each byte of it is found out', () => {
    const slow = framing<string>({
      name: 'slow',
      maxFrame: 10_000,
      overhead: 1,
      decoder: (operations) => ({
        decode(given, emit) {
          let start = 0
          for (;;) {
            const end = operations.indexOf(given, 0x0a, start)
            if (end === -1) return start
            const line = operations.decode(given, start, end, 'latin1')
            start = end + 1
            if (!emit(line, start)) return start
          }
        },
      }),
      encoder: () => ({ encode: (message, output) => output.text(message, '\n') }),
    })
    expect(() => checkFraming(slow, [{ send: 'a' }, { send: 'bc' }])).not.toThrow()
    expect(() => checkFraming(slow, [{ send: 'x'.repeat(500) }])).toThrow(
      /looked at 12\d{4} bytes, of 501 that arrived one by one/,
    )
  })

  it('an encoder that disagrees with its decoder is found out as well', () => {
    const swapped = {
      ...faulty(() => three),
      createEncoder: lines().createEncoder,
    } as unknown as Framing<unknown, Uint8Array>
    expect(() => checkFraming(swapped, [{ send: 'ab' as never, receive: ['ab'] }])).toThrow(
      /message 0 is another one/,
    )
  })
})

it('refuses options that do not exist', () => {
  expect(() => checkFraming(lines(), [], { seeds: 1 } as never)).toThrow(/seeds is not an option/)
  expect(() => checkFraming(lines(), [], { garbage: -1 })).toThrow(/garbage is -1/)
})
