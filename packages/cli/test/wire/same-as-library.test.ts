import fc from 'fast-check'
import {
  byteOperations,
  checksum,
  delimited,
  fixed,
  type Framing,
  type FrameOutput,
  lengthPrefixed,
  netstring,
  silence,
  slip,
} from 'hawser'
import { FrameReader } from 'hawser/testing'
import { expect, it } from 'vitest'
import { runs } from '../../../../test/support/property-runs.js'
import { namedFraming } from '../support/named-framing.js'
import { createFraming } from '../../src/wire/framing.js'

/** A framing as text, and as a program makes it. */
interface Twin {
  readonly text: string
  make(): Framing<Uint8Array, Uint8Array | string>
}

type Options = Readonly<Record<string, unknown>>

const bytes = fc.uint8Array({ minLength: 1, maxLength: 4 })
const between = fc.constantFrom('refuse', 'skip')
const oversize = fc.constantFrom('close', 'discard')
const unterminated = fc.constantFrom('deliver', 'reject', 'discard')
const maybe = { requiredKeys: [] }

const lengthOptions = fc.record(
  {
    offset: fc.integer({ min: -1, max: 9 }),
    adjust: fc.integer({ min: -4, max: 9 }),
    includesHeader: fc.boolean(),
    start: bytes,
    between,
    oversize,
  },
  maybe,
)
const lengths = fc.oneof(
  fc.tuple(fc.constantFrom(2, 3, 4, 8), fc.constantFrom('big', 'little')).map(([size, endian]) => ({
    main: `${size}${endian === 'big' ? 'be' : 'le'}`,
    options: { bytes: size, endian },
    more: {},
  })),
  fc.constantFrom(1, 'varint', 'ber').map((size) => ({
    main: String(size),
    options: { bytes: size },
    more: {},
  })),
  fc
    .tuple(
      fc.constantFrom('decimal', 'hex'),
      fc.oneof(
        fc.record({ digits: fc.integer({ min: 1, max: 16 }) }),
        fc.record({ until: fc.string({ minLength: 1, maxLength: 1 }) }),
      ),
    )
    .map(([kind, more]) => ({ main: kind, options: { bytes: kind }, more })),
)

const plain: fc.Arbitrary<Twin> = fc.oneof(
  fc.tuple(lengths, lengthOptions).chain(([{ main, options, more }, others]) =>
    twin(`length:${main}`, { ...others, ...more }, (chosen) =>
      // Whatever was drawn: the library says what it does not take.
      lengthPrefixed({ ...options, ...chosen } as never),
    ),
  ),
  fc
    .tuple(bytes, fc.record({ start: bytes, between, oversize, unterminated }, maybe))
    .chain(([end, options]) =>
      spell(end).chain((main) =>
        twin(`delim:${main}`, options, (chosen) => delimited(end, chosen)),
      ),
    ),
  fc.integer({ min: 0, max: 40 }).chain((size) => twin(`fixed:${size}`, {}, () => fixed(size))),
  fc
    .record({ oversize }, maybe)
    .chain((options) => twin('netstring', options, (chosen) => netstring(chosen))),
  fc
    .record({ oversize, unterminated }, maybe)
    .chain((options) => twin('slip', options, (chosen) => slip(chosen))),
  fc
    .integer({ min: 0, max: 60_001 })
    .chain((gap) => twin(`silence:${gap}`, {}, () => silence({ gap }))),
)

const summed: fc.Arbitrary<Twin> = fc
  .tuple(
    plain,
    fc.constantFrom('crc16-modbus', 'crc16-x25', 'crc16-arc', 'crc16-xmodem', 'crc32', 'xor8'),
    fc.record(
      {
        place: fc.constantFrom('behind', 'front'),
        endian: fc.constantFrom('big', 'little'),
        bytes: fc.integer({ min: 0, max: 9 }),
        offset: fc.integer({ min: 0, max: 3 }),
        trailer: fc.integer({ min: 0, max: 3 }),
      },
      maybe,
    ),
  )
  .map(([{ text, make }, algorithm, options]) => ({
    text: [
      `${text},checksum=${algorithm}`,
      ...Object.entries(options).map(([name, value]) => `checksum.${name}=${value}`),
    ].join(','),
    make: () => checksum(make(), { ...options, algorithm }),
  }))

function twin(
  head: string,
  options: Options,
  make: (options: Options) => Framing<Uint8Array, Uint8Array | string>,
): fc.Arbitrary<Twin> {
  const spelled = Object.entries(options).map(([name, value]) => {
    if (value instanceof Uint8Array) return spell(value).map((text) => `${name}=${text}`)
    if (name === 'until') return spell(Buffer.from(String(value))).map((text) => `${name}=${text}`)
    if (value === true) return fc.constantFrom(name, `${name}=true`)
    return fc.constant(`${name}=${String(value)}`)
  })
  return fc
    .tuple(...spelled)
    .map((words) => ({ text: [head, ...words].join(','), make: () => make(options) }))
}

/** The ways to write bytes. */
function spell(value: Uint8Array): fc.Arbitrary<string> {
  const hex = Buffer.from(value).toString('hex')
  const escapes = hex.replaceAll(/../g, String.raw`\x$&`)
  return fc.constantFrom(hex, hex.toUpperCase(), escapes, `"${escapes}"`)
}

class Collected implements FrameOutput {
  buffer: Uint8Array = new Uint8Array(0)
  readonly #parts: Uint8Array[] = []

  reserve(size: number): number {
    this.buffer = new Uint8Array(size)
    this.#parts.push(this.buffer)
    return 0
  }

  text(text: string, ending = ''): void {
    this.#parts.push(Buffer.from(text + ending))
  }

  bytes(piece: Uint8Array): void {
    this.#parts.push(piece)
  }

  get hex(): string {
    return Buffer.concat(this.#parts).toString('hex')
  }
}

/** What a framing makes of a message, and of the bytes that it made: or the code of its error. */
function tryOut(make: () => Framing<Uint8Array, Uint8Array>, message: Uint8Array): unknown {
  try {
    const { name, maxFrame, overhead, silence: gap, createEncoder, createDecoder } = make()
    const output = new Collected()
    createEncoder(byteOperations).encode(message, output)
    const more = gap === undefined ? {} : { silence: gap }
    const framing = { name, maxFrame, createDecoder, createEncoder, ...more }
    const received: string[] = []
    const take = (one: Uint8Array): boolean => received.push(Buffer.from(one).toString('hex')) > 0
    const reader = new FrameReader(framing, byteOperations)
    reader.feed(Buffer.from(output.hex, 'hex'), false, 0, take)
    reader.quiet(take)
    return { name, maxFrame, overhead, gap, sent: output.hex, received }
  } catch (error) {
    const { code, message: text } = error as { code?: string; message: string }
    // The command says the same in its own words.
    return code === undefined || code === 'HAWSER_INVALID_OPTION' ? 'no framing' : `${code} ${text}`
  }
}

it('a framing that is written in text is the one that a program makes', () => {
  let made = 0
  fc.assert(
    fc.property(fc.oneof(plain, summed), fc.uint8Array({ maxLength: 40 }), (one, message) => {
      const own = tryOut(() => createFraming(namedFraming(one.text), { crlf: false }), message)
      const expected = tryOut(one.make, message)
      expect({ text: one.text, made: own }).toEqual({ text: one.text, made: expected })
      if (typeof expected === 'object') made += 1
    }),
    runs(5_000),
  )
  expect(made).toBeGreaterThan(100)
})
