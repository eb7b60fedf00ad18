import fc from 'fast-check'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { Framing } from '../../src/framing/framing.js'
import { jsonLines, type JsonLinesOptions } from '../../src/framing/formats/json/json-lines.js'
import type {
  StandardResult,
  StandardSchema,
} from '../../src/framing/formats/json/standard-schema.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { cutEvery, decodeChunks, type Outcome } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { describeFraming } from './support/framing-contract.js'
import { bytesAmong } from './support/messages.js'
import { bothOperations } from './support/operations.js'

const value = fc
  .jsonValue({ maxDepth: 2 })
  .map((given): unknown => JSON.parse(JSON.stringify(given)))
const piece = fc.oneof(
  bytesAmong('12 \n', 20),
  bytesAmong('{}[]"\n', 6),
  value.map((given) => new Uint8Array(Buffer.from(`${JSON.stringify(given)}\n`))),
)

for (const oversize of ['close', 'discard'] as const) {
  describeFraming(`jsonLines({ oversize: '${oversize}' })`, {
    framing: jsonLines({ maxFrame: 60, oversize }),
    message: value.filter((given) => Buffer.byteLength(JSON.stringify(given)) <= 60),
    piece,
    large: { framing: jsonLines(), message: ['ä'.repeat(2500)] },
    overhead: 2,
  })
}

/** A schema that takes what `check` takes. */
function schemaOf<Output>(
  validate: (given: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>,
): StandardSchema<Output> {
  return { '~standard': { version: 1, vendor: 'test', validate } }
}

const point = schemaOf<{ x: number }>((given) =>
  typeof given === 'object' && given !== null && 'x' in given && typeof given.x === 'number'
    ? { value: { x: given.x } }
    : {
        issues: [
          { message: 'expected a number\u001b[2J', path: ['points', { key: 0 }, 'x'] },
          { message: 'and more' },
        ],
      },
)

describe.each(bothOperations)('jsonLines() with %s operations', (_, operations) => {
  const decode = <In>(text: string, options: JsonLinesOptions<In> = {}, size = 1000): Outcome =>
    decodeChunks(jsonLines(options), operations, cutEvery(latin1(text), size))
  const encode = (message: unknown): string =>
    Buffer.from(encodeAll(jsonLines(), operations, [message])).toString()
  const fail = (text: string, options: JsonLinesOptions<unknown> = {}): Error =>
    catchError(() =>
      jsonLines(options)
        .createDecoder(operations)
        .decode(latin1(text), () => true, true),
    )

  it('reads and writes one value a line', () => {
    expect(decode('{"a":[1,null]}\n"\xc3\xa4"\r\n 1 \ntrue').frames).toEqual([
      { a: [1, null] },
      'ä',
      1,
      true,
    ])
    expect(encode({ a: [1, null], b: undefined })).toBe('{"a":[1,null]}\n')
    expect(encode('a\nb')).toBe('"a\\nb"\n')
    expect(encode(null)).toBe('null\n')
  })

  it('passes over blank lines', () => {
    expect(decode('\n\r\n1\n  \n2\n\r')).toEqual({ frames: [1, 2], error: undefined })
  })

  it('takes a CR behind the last value for a blank, with its LF or without', () => {
    expect(decode('1\r\n2\r')).toEqual({ frames: [1, 2], error: undefined })
    expect(decode('"a\r')).toEqual({ frames: [], error: 'HAWSER_FRAME_MALFORMED' })
  })

  it('takes a line for malformed that is not JSON, and says where and why, escaped', () => {
    expect(decode('1\n{\n2\n')).toEqual({ frames: [1], error: 'HAWSER_FRAME_MALFORMED' })
    const error = fail('1\n"\x1b[2J"\n')
    expect(error.message).toContain('byte 2')
    expect(error.message).toMatch(/^[ -~]+$/)
    expect(error.cause).toBeInstanceOf(SyntaxError)
    expect((error.cause as SyntaxError).message).toMatch(/^[ -~]+$/)
  })

  it('rejects a byte sequence that is not UTF-8, unless it is told to replace it', () => {
    expect(decode('"\xff"\n').error).toBe('HAWSER_TEXT_INVALID')
    expect(decode('"\xff"\n', { invalid: 'replace' }).frames).toEqual(['\ufffd'])
  })

  it('ends at a line that is too long, or skips it', () => {
    const stream = `1\n"${'x'.repeat(50)}"\n2\n`
    expect(decode(stream, { maxFrame: 10 }, 7).error).toBe('HAWSER_FRAME_TOO_LARGE')
    expect(decode(stream, { maxFrame: 10, oversize: 'discard' }, 7).frames).toEqual([1, 2])
  })

  it('delivers, rejects or discards a last value without its newline', () => {
    expect(decode('1\n2').frames).toEqual([1, 2])
    expect(decode('1\n2', { unterminated: 'reject' }).error).toBe('HAWSER_FRAME_TRUNCATED')
    expect(decode('1\n2', { unterminated: 'discard' }).frames).toEqual([1])
    expect(decode('1\n{"a"').error).toBe('HAWSER_FRAME_MALFORMED')
  })

  it('delivers what the schema makes of a value', () => {
    expect(decode('{"x":1,"y":2}\n', { schema: point }).frames).toEqual([{ x: 1 }])
    const lengthOf = schemaOf((given) => ({ value: String(given).length }))
    expect(decode('"abc"\n', { schema: lengthOf }).frames).toEqual([3])
  })

  it('takes a value for malformed that the schema refuses, and says where and why', () => {
    expect(decode('{"x":1}\n{"x":"1"}\n', { schema: point })).toEqual({
      frames: [{ x: 1 }],
      error: 'HAWSER_FRAME_MALFORMED',
    })
    const error = fail('{}\n', { schema: point })
    expect(error.message).toContain('points.0.x: expected a number\\u001b[2J (and 1 more)')
    expect(error.cause).toHaveLength(2)
    expect(fail('1\n', { schema: schemaOf(() => ({ issues: [] })) }).message).toContain('without')
  })

  it('says so when the schema is asynchronous, and lets no rejection escape', async () => {
    const rejections: unknown[] = []
    const note = (reason: unknown): void => void rejections.push(reason)
    process.on('unhandledRejection', note)
    const schema = schemaOf(() => Promise.reject(new Error('later')))
    expect(decode('1\n', { schema }).error).toBe('HAWSER_INVALID_OPTION')
    await new Promise((resolve) => setImmediate(resolve))
    process.off('unhandledRejection', note)
    expect(rejections).toEqual([])
  })

  it('has the types that the schema or the caller says', () => {
    expectTypeOf(jsonLines()).toEqualTypeOf<Framing<unknown, unknown>>()
    expectTypeOf(jsonLines<{ a: 1 }>()).toEqualTypeOf<Framing<{ a: 1 }, { a: 1 }>>()
    expectTypeOf(jsonLines<string, number>()).toEqualTypeOf<Framing<string, number>>()
    expectTypeOf(jsonLines({ schema: point })).toEqualTypeOf<
      Framing<{ x: number }, { x: number }>
    >()
  })

  it.each([
    ['undefined', undefined],
    ['a function', (): void => {}],
    ['a symbol', Symbol('s')],
    ['a BigInt', 1n],
    ['a BigInt inside', { a: [1n] }],
  ])('refuses what JSON cannot express: %s', (_name, message) => {
    expect(catchError(() => encode(message)).code).toBe('HAWSER_MESSAGE_INVALID')
  })

  it('refuses a cycle and keeps the reason', () => {
    const cycle: { self?: unknown } = {}
    cycle.self = cycle
    const error = catchError(() => encode(cycle))
    expect(error.code).toBe('HAWSER_MESSAGE_INVALID')
    expect(error.cause).toBeInstanceOf(TypeError)
  })

  it('refuses a message that is too large, and options that cannot work', () => {
    const small = jsonLines({ maxFrame: 10 })
    expect(catchError(() => encodeAll(small, operations, ['123456789'])).code).toBe(
      'HAWSER_FRAME_TOO_LARGE',
    )
    const noSchema = {} as unknown as StandardSchema
    expect(catchError(() => jsonLines({ schema: noSchema })).code).toBe('HAWSER_INVALID_OPTION')
    expect(catchError(() => jsonLines({ maxFrame: 0 })).code).toBe('HAWSER_INVALID_OPTION')
  })
})
