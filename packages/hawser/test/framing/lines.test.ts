import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { lines, type LinesOptions } from '../../src/framing/formats/lines.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { cutEvery, decodeChunks, type Outcome } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { describeFraming } from './support/framing-contract.js'
import { bytesAmong } from './support/messages.js'
import { bothOperations } from './support/operations.js'
import { runs } from '../../../../test/support/property-runs.js'

const line = fc
  .string({ unit: 'grapheme', maxLength: 20 })
  .filter((text) => !/\n|\r$/.test(text) && Buffer.byteLength(text) <= 20)
const large = { framing: lines(), message: 'ä'.repeat(2500) }
const piece = fc.oneof(
  bytesAmong('ab\r\n', 30),
  bytesAmong('\r\n', 4),
  bytesAmong('a\xc3\xa4\n', 9),
)

describeFraming('lines()', {
  framing: lines({ maxFrame: 20 }),
  message: line,
  piece,
  large,
  overhead: 2,
})

describeFraming("lines({ oversize: 'discard' })", {
  framing: lines({ maxFrame: 20, oversize: 'discard' }),
  message: line,
  piece,
  large,
  overhead: 2,
})

describeFraming("lines({ crlf: 'require', invalid: 'reject', oversize: 'discard' })", {
  framing: lines({ maxFrame: 20, crlf: 'require', invalid: 'reject', oversize: 'discard' }),
  message: line.filter((text) => !text.includes('\r')),
  piece: fc.oneof(piece, bytesAmong('ab', 30), fc.constant(latin1('\r\n'))),
  large: { framing: lines({ crlf: 'require', invalid: 'reject' }), message: 'ä'.repeat(2500) },
  overhead: 2,
})

describe.each(bothOperations)('lines() with %s operations', (_, operations) => {
  const decode = (text: string, options: LinesOptions = {}, size = text.length): Outcome =>
    decodeChunks(lines(options), operations, cutEvery(latin1(text), size))
  const encode = (message: string, options: LinesOptions = {}): string =>
    Buffer.from(encodeAll(lines(options), operations, [message])).toString('latin1')
  const refusal = (message: string, options: LinesOptions = {}): string =>
    catchError(() => encode(message, options)).code

  it('takes LF and CRLF, and keeps a CR that stands elsewhere', () => {
    expect(decode('a\nb\r\n\n\r\n\rc\rd\r\r\n').frames).toEqual(['a', 'b', '', '', '\rc\rd\r'])
  })

  it('keeps a byte order mark and everything else that is text', () => {
    expect(decode('\xef\xbb\xbfa\0b\n').frames).toEqual(['\ufeffa\0b'])
  })

  it('keeps a character whole whose bytes come one by one', () => {
    expect(decode('\xf0\x9f\x9a\xa2\n', {}, 1).frames).toEqual(['🚢'])
  })

  it('ends what it sends with LF, or with CRLF where that is asked for or required', () => {
    expect(encode('ä')).toBe('\xc3\xa4\n')
    expect(encode('a', { sendCrlf: true })).toBe('a\r\n')
    expect(encode('a', { crlf: 'require' })).toBe('a\r\n')
    expect(encode('a', { crlf: 'require', sendCrlf: false })).toBe('a\n')
  })

  it('refuses a line that the receiver would cut or shorten', () => {
    expect(refusal('a\nb')).toBe('HAWSER_MESSAGE_INVALID')
    expect(refusal('a\n', { encoding: 'latin1' })).toBe('HAWSER_MESSAGE_INVALID')
    expect(refusal('a\r')).toBe('HAWSER_MESSAGE_INVALID')
    expect(encode('a\r', { sendCrlf: true })).toBe('a\r\r\n')
  })

  it('refuses what is not a string', () => {
    expect(refusal(42 as unknown as string)).toBe('HAWSER_MESSAGE_INVALID')
  })

  it('counts bytes, not characters, against maxFrame, and not the line ending', () => {
    expect(encode('ääää', { maxFrame: 8, sendCrlf: true })).toHaveLength(10)
    expect(refusal('ääääa', { maxFrame: 8 })).toBe('HAWSER_FRAME_TOO_LARGE')
    expect(refusal('€€€', { maxFrame: 8 })).toBe('HAWSER_FRAME_TOO_LARGE')
    expect(refusal('a'.repeat(9), { maxFrame: 8, encoding: 'latin1' })).toBe(
      'HAWSER_FRAME_TOO_LARGE',
    )
    expect(decode('12345678\r\n', { maxFrame: 8 })).toEqual({
      frames: ['12345678'],
      error: undefined,
    })
  })

  it.each([1, 3, 100])('ends at a line that is too long, in chunks of %i', (size) => {
    expect(decode('a\n123456789\nb\n', { maxFrame: 8 }, size)).toEqual({
      frames: ['a'],
      error: 'HAWSER_FRAME_TOO_LARGE',
    })
  })

  it('says how long the line is, where it begins, and what to do', () => {
    const decoder = lines({ maxFrame: 8 }).createDecoder(operations)
    const { message } = catchError(() => decoder.decode(latin1('a\n123456789\n'), () => true, true))
    expect(message).toContain('the frame at byte 2 has 9 bytes, and maxFrame is 8')
    expect(message).toContain("oversize: 'discard'")
  })

  it.each([1, 2, 7, 100])('skips lines that are too long and goes on, in chunks of %i', (size) => {
    const stream = `a\n${'x'.repeat(50)}\r\nb\n123456789\r\n12345678\r\n${'y'.repeat(30)}`
    expect(decode(stream, { maxFrame: 8, oversize: 'discard' }, size)).toEqual({
      frames: ['a', 'b', '12345678'],
      error: undefined,
    })
  })

  it('holds nothing of a line without end that it skips', () => {
    const framing = lines({ maxFrame: 8, oversize: 'discard' })
    const chunks = Array.from({ length: 1000 }, () => latin1('x'.repeat(100)))
    let most = 0
    const plain = { by: 'feed', borrowed: true, oneByOne: false } as const
    decodeChunks(framing, operations, chunks, plain, (reader) => {
      most = Math.max(most, reader.buffered)
    })
    expect(most).toBe(1)
  })

  it('delivers, rejects or discards a last line without its ending, as it is told', () => {
    expect(decode('a\nb')).toEqual({ frames: ['a', 'b'], error: undefined })
    expect(decode('a\nb\r')).toEqual({ frames: ['a', 'b\r'], error: undefined })
    expect(decode('a\nb', { unterminated: 'discard' }).frames).toEqual(['a'])
    expect(decode('a\nb', { unterminated: 'reject' })).toEqual({
      frames: ['a'],
      error: 'HAWSER_FRAME_TRUNCATED',
    })
    expect(decode('a\n', { unterminated: 'reject' }).error).toBe(undefined)
  })

  it('keeps the CR at the end of a last line without LF, and counts it', () => {
    expect(decode('abc\r').frames).toEqual(['abc\r'])
    expect(decode('\r').frames).toEqual(['\r'])
    expect(decode('1234567\r', { maxFrame: 8 }).frames).toEqual(['1234567\r'])
    expect(decode('12345678\r', { maxFrame: 8 }).error).toBe('HAWSER_FRAME_TOO_LARGE')
    expect(decode('12345678\r', { maxFrame: 8, oversize: 'discard' })).toEqual({
      frames: [],
      error: undefined,
    })
  })

  it('treats a last line that is too long like any other', () => {
    expect(decode('123456789', { maxFrame: 8 }).error).toBe('HAWSER_FRAME_TOO_LARGE')
    expect(decode('123456789', { maxFrame: 8, oversize: 'discard' })).toEqual({
      frames: [],
      error: undefined,
    })
    expect(
      decode('x'.repeat(99), { maxFrame: 8, oversize: 'discard', unterminated: 'reject' }).error,
    ).toBe('HAWSER_FRAME_TRUNCATED')
  })

  it.each([1, 2, 100])('requires CRLF where it is told to, in chunks of %i', (size) => {
    const options = { crlf: 'require', maxFrame: 8 } as const
    expect(decode('a\r\nb\nc\r\n', options, size)).toEqual({
      frames: ['a'],
      error: 'HAWSER_FRAME_MALFORMED',
    })
    expect(decode('\n', options, size).error).toBe('HAWSER_FRAME_MALFORMED')
    const skipping = { ...options, oversize: 'discard' } as const
    expect(decode('123456789\r\na\r\n', skipping, size).frames).toEqual(['a'])
    expect(decode('123456789\na\r\n', skipping, size).error).toBe('HAWSER_FRAME_MALFORMED')
  })

  it.each([1, 2, 100])('takes no CR without LF where CRLF is required, in chunks of %i', (size) => {
    const options = { crlf: 'require', maxFrame: 8 } as const
    const malformed = { frames: ['x'], error: 'HAWSER_FRAME_MALFORMED' }
    for (const bad of ['a\r.\r\n', '\ra\r\n', 'a\r\r\n', '\r\r\n', 'a\rb\n']) {
      expect(decode(`x\r\n${bad}y\r\n`, options, size)).toEqual(malformed)
    }
    const skipping = { ...options, oversize: 'discard' } as const
    for (const bad of ['123456789\ra\r\n', '1\r23456789\r\n', '123456789\r\r\n', '123456789\r9']) {
      expect(decode(`x\r\n${bad}`, skipping, size)).toEqual(malformed)
    }
    const delivering = { ...options, unterminated: 'deliver' } as const
    expect(decode('x\r\na\r', delivering, size)).toEqual(malformed)
    expect(decode('x\r\na', delivering, size)).toEqual({ frames: ['x', 'a'], error: undefined })
  })

  it('takes a last line without CRLF for a truncated one where CRLF is required', () => {
    for (const rest of ['.', '.\r', '\r']) {
      expect(decode(`a\r\n${rest}`, { crlf: 'require' })).toEqual({
        frames: ['a'],
        error: 'HAWSER_FRAME_TRUNCATED',
      })
    }
  })

  it('says where the CR or the LF is that stands alone', () => {
    const decoder = lines({ crlf: 'require' }).createDecoder(operations)
    const cr = catchError(() => decoder.decode(latin1('a\r\nb\r.\r\n'), () => true, true))
    expect(cr.message).toContain('a CR without LF behind it, and CRLF is required (byte 4 of')
    const other = lines({ crlf: 'require' }).createDecoder(operations)
    const lf = catchError(() => other.decode(latin1('a\r\nb\n'), () => true, true))
    expect(lf.message).toContain('ends with LF alone, and CRLF is required (byte 4 of')
  })

  it('sends no CR where CRLF is required', () => {
    for (const message of ['a\r.\rX', 'a\r', '\r', 'a\rb']) {
      expect(refusal(message, { crlf: 'require' })).toBe('HAWSER_MESSAGE_INVALID')
      expect(refusal(message, { crlf: 'require', sendCrlf: false })).toBe('HAWSER_MESSAGE_INVALID')
    }
    const { message } = catchError(() => encode('a\r.\rX', { crlf: 'require' }))
    expect(message).toContain('"a\\u000d.\\u000dX" has a carriage return at index 1')
  })

  it('delivers no line, strictly, in which another reader would see two', () => {
    const strict = lines({ crlf: 'require', unterminated: 'deliver' })
    fc.assert(
      fc.property(bytesAmong('ab\r\n', 40), (bytes) => {
        const { frames, error } = decodeChunks(strict, operations, cutEvery(bytes, 7))
        const seen = frames.join('|')
        expect(seen).not.toMatch(/[\r\n]/)
        const text = Buffer.from(bytes).toString('latin1')
        if (error === undefined) expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/)
        else expect(text.replaceAll('\r\n', '')).toMatch(/[\r\n]/)
      }),
      runs(500),
    )
  })

  it('replaces or rejects bytes that are not UTF-8', () => {
    expect(decode('a\xffb\n').frames).toEqual(['a\ufffdb'])
    expect(decode('a\na\xff\x1bb\n', { invalid: 'reject' })).toEqual({
      frames: ['a'],
      error: 'HAWSER_TEXT_INVALID',
    })
    expect(decode('\xef\xbf\xbd\n', { invalid: 'reject' }).frames).toEqual(['\ufffd'])
    const decoder = lines({ invalid: 'reject' }).createDecoder(operations)
    const { message } = catchError(() => decoder.decode(latin1('\xff\x1b[2J\n'), () => true, true))
    expect(message).toContain('"\\xff\\x1b[2J"')
  })

  it('replaces or rejects a lone surrogate in what is sent', () => {
    expect(encode('a\ud800')).toBe('a\xef\xbf\xbd\n')
    expect(refusal('a\ud800', { invalid: 'reject' })).toBe('HAWSER_MESSAGE_INVALID')
    expect(encode('🚢', { invalid: 'reject' })).toBe('\xf0\x9f\x9a\xa2\n')
  })

  it('carries all 256 characters of Latin-1 but LF, and refuses others', () => {
    const all = Array.from({ length: 256 }, (_none, unit) => String.fromCharCode(unit))
      .join('')
      .replace('\n', '')
    expect(encode(all, { encoding: 'latin1' })).toBe(`${all}\n`)
    expect(decode(`${all}\n`, { encoding: 'latin1' }).frames).toEqual([all])
    expect(refusal('€', { encoding: 'latin1' })).toBe('HAWSER_MESSAGE_INVALID')
  })

  it.each([
    { maxFrame: 0 },
    { maxFrame: 1.5 },
    { maxFrame: Infinity },
    { maxFrame: NaN },
    { maxFrame: 2 ** 30 },
    { maxFrame: '8' as unknown as number },
    { oversize: 'skip' as unknown as 'discard' },
    { crlf: true as unknown as 'require' },
    { sendCrlf: 'yes' as unknown as boolean },
    { encoding: 'utf16' as unknown as 'utf8' },
    { invalid: 'ignore' as unknown as 'reject' },
    { unterminated: false as unknown as 'deliver' },
  ])('refuses an option that cannot work: %o', (options) => {
    const [name, value] = Object.entries(options)[0]!
    const error = catchError(() => lines(options))
    expect(error.code).toBe('HAWSER_INVALID_OPTION')
    expect(error.message).toContain(
      `${name} is ${typeof value === 'string' ? `"${value}"` : value}`,
    )
  })

  it('is a value that nobody can change', () => {
    expect(Object.isFrozen(lines())).toBe(true)
    expect(lines()).toMatchObject({ name: 'lines', maxFrame: 1024 * 1024 })
  })
})
