import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { jsonValues, type JsonValuesOptions } from '../../src/framing/formats/json/json-values.js'
import { portableOperations } from '../../src/framing/portable-operations.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { cutEvery, decodeChunks, type Outcome, plainly } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { describeFraming } from './support/framing-contract.js'
import { bytesAmong } from './support/messages.js'
import { bothOperations } from './support/operations.js'

const utf8 = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const fits = (value: unknown): boolean => Buffer.byteLength(JSON.stringify(value)) <= 24
const message = fc
  .jsonValue({ maxDepth: 3 })
  // JSON has no -0.
  .map((value) => JSON.parse(JSON.stringify([value])) as unknown)
  .filter(fits)

for (const oversize of ['close', 'discard'] as const) {
  describeFraming<unknown, unknown>(`jsonValues({ oversize: '${oversize}' })`, {
    framing: jsonValues({ maxFrame: 24, maxDepth: 5, oversize }),
    message,
    piece: fc.oneof(
      message.map((value) => encodeAll(jsonValues(), portableOperations, [value])),
      fc.jsonValue().map((value) => utf8(JSON.stringify({ value }))),
      bytesAmong('{}[]"\\ \n1,:', 12),
      fc.constant(utf8(' {"é":"}"}\n')),
    ),
    large: { framing: jsonValues(), message: ['a'.repeat(4500)] },
    overhead: 0,
  })
}

describe.each(bothOperations)('jsonValues() with %s operations', (_, operations) => {
  const decode = (
    text: string | Uint8Array,
    options: JsonValuesOptions<unknown> = {},
    size = 1000,
  ): Outcome => {
    const stream = typeof text === 'string' ? utf8(text) : text
    return decodeChunks(jsonValues(options), operations, cutEvery(stream, size))
  }

  it.each([1, 2, 1000])(
    'reads values with nothing or white space between them, in chunks of %i',
    (size) => {
      expect(decode('{"a":1}{"b":[{}]} []\r\n\t["}\\"{"]', {}, size)).toEqual({
        frames: [{ a: 1 }, { b: [{}] }, [], ['}"{']],
        error: undefined,
      })
    },
  )

  it('holds no white space, so that it begins no frame', () => {
    decodeChunks(jsonValues(), operations, cutEvery(utf8(' \n{} \n'), 1), plainly, (reader) => {
      expect(reader.buffered).toBeLessThanOrEqual(1)
    })
    expect(decode('{}\n').error).toBe(undefined)
  })

  it.each(['1', '"a"', 'null', '}', ',', '\ufeff{}', 'x'])(
    'refuses %j where a value begins',
    (text) => {
      expect(decode(`{} ${text}`)).toEqual({ frames: [{}], error: 'HAWSER_FRAME_MALFORMED' })
    },
  )

  it.each(['[}', '{1}', '[1,]', '{"a"}', '["\n"]'])('refuses %j, which is not JSON', (text) => {
    expect(decode(`[1]${text}[2]`)).toEqual({ frames: [[1]], error: 'HAWSER_FRAME_MALFORMED' })
  })

  it.each([1, 2, 1000])('refuses what lies too deep, in chunks of %i', (size) => {
    expect(decode('[[{}]]', { maxDepth: 3 }, size).error).toBe(undefined)
    expect(decode('[1][[[[', { maxDepth: 3 }, size)).toEqual({
      frames: [[1]],
      error: 'HAWSER_FRAME_MALFORMED',
    })
    expect(decode('['.repeat(257), {}, size).error).toBe('HAWSER_FRAME_MALFORMED')
    expect(decode('['.repeat(257), { maxDepth: Infinity }, size).error).toBe(
      'HAWSER_FRAME_TRUNCATED',
    )
  })

  it.each([1, 2, 1000])('refuses or skips what is too large, in chunks of %i', (size) => {
    const stream = '[12345]["678]","9"][{}]'
    expect(decode(stream, { maxFrame: 7 }, size)).toEqual({
      frames: [[12_345]],
      error: 'HAWSER_FRAME_TOO_LARGE',
    })
    expect(decode(stream, { maxFrame: 7, oversize: 'discard' }, size)).toEqual({
      frames: [[12_345], [{}]],
      error: undefined,
    })
  })

  it('refuses text that is not UTF-8, or replaces it', () => {
    const stream = latin1('["\xff"]')
    expect(decode(stream).error).toBe('HAWSER_TEXT_INVALID')
    expect(decode(stream, { invalid: 'replace' }).frames).toEqual([['\ufffd']])
  })

  it('checks values with a schema', () => {
    const validate = (value: unknown): { value: unknown } | { issues: { message: string }[] } =>
      Array.isArray(value) ? { value: value.length } : { issues: [{ message: 'no array' }] }
    const schema = { '~standard': { version: 1, vendor: 'own', validate } } as const
    expect(decode('[1,2]{}', { schema })).toEqual({ frames: [2], error: 'HAWSER_FRAME_MALFORMED' })
  })

  it.each(['{', '["a', '[1'])('takes the end behind %j for truncated', (text) => {
    expect(decode(text).error).toBe('HAWSER_FRAME_TRUNCATED')
    expect(decode(`[${text}`, { maxFrame: 1, oversize: 'discard' }).error).toBe(
      'HAWSER_FRAME_TRUNCATED',
    )
  })

  it('sends values with nothing between them, and refuses what has no end or is too large', () => {
    const framing = jsonValues({ maxFrame: 8 })
    expect(encodeAll(framing, operations, [{ a: 1 }, []])).toEqual(utf8('{"a":1}[]'))
    const send = (value: unknown): string =>
      catchError(() => encodeAll(framing, operations, [value])).code
    for (const value of [1, 'a', null, undefined])
      expect(send(value)).toBe('HAWSER_MESSAGE_INVALID')
    expect(send(['éééé'])).toBe('HAWSER_FRAME_TOO_LARGE')
  })

  it.each([{ maxDepth: 0 }, { maxDepth: 1.5 }, { depth: 3 }, { schema: {} }])(
    'refuses %o',
    (options) => {
      expect(catchError(() => jsonValues(options as never)).code).toBe('HAWSER_INVALID_OPTION')
    },
  )
})
