import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { netstring, type NetstringOptions } from '../../src/framing/formats/netstring.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { cutEvery, decodeChunks, type Outcome, plainly } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { describeFraming } from './support/framing-contract.js'
import { binaryMessage, bytesAmong, bytesOf } from './support/messages.js'
import { bothOperations } from './support/operations.js'

const wellFormed = fc
  .uint8Array({ maxLength: 30 })
  .map((bytes) => new Uint8Array(Buffer.concat([latin1(`${bytes.length}:`), bytes, latin1(',')])))
const piece = fc.oneof(
  { weight: 5, arbitrary: wellFormed },
  { weight: 1, arbitrary: bytesAmong('012:,', 4) },
)
const large = { framing: netstring(), message: new Uint8Array(4500) }

for (const oversize of ['close', 'discard'] as const) {
  describeFraming(`netstring({ oversize: '${oversize}' })`, {
    framing: netstring({ maxFrame: 20, oversize }),
    message: binaryMessage(20),
    received: bytesOf,
    piece,
    large,
    overhead: { close: 4, discard: 18 }[oversize],
  })
}

describe.each(bothOperations)('netstring() with %s operations', (_, operations) => {
  const decode = (text: string, options: NetstringOptions = {}, size = text.length): Outcome =>
    decodeChunks(netstring(options), operations, cutEvery(latin1(text), size))
  const encode = (message: string | Uint8Array): string =>
    Buffer.from(encodeAll(netstring(), operations, [message])).toString('latin1')

  it("reads and writes the specification's example", () => {
    expect(decode('12:hello world!,0:,').frames).toEqual(['bytes:hello world!', 'bytes:'])
    expect(encode('hello world!')).toBe('12:hello world!,')
    expect(encode(latin1('hello world!'))).toBe('12:hello world!,')
    expect(encode('')).toBe('0:,')
    expect(encode('ä')).toBe('2:\xc3\xa4,')
    expect(encode(new Uint8Array(20_000))).toBe(`20000:${'\0'.repeat(20_000)},`)
  })

  it.each(['a', ':', '-1:a,', '+1:a,', '01:a,', '00:,', '1 :a,', '1;a,', '1:ab', '0:a', '\n'])(
    'takes %j for malformed, in one piece and byte by byte',
    (text) => {
      for (const size of [1, 100]) {
        expect(decode(`1:x,${text}`, {}, size)).toEqual({
          frames: ['bytes:x'],
          error: 'HAWSER_FRAME_MALFORMED',
        })
      }
    },
  )

  it('shows what is malformed, where, and escaped', () => {
    const decoder = netstring().createDecoder(operations)
    const { message } = catchError(() => decoder.decode(latin1('1:x,12\x1b[2J'), () => true, false))
    expect(message).toContain('not "12\\x1b"')
    expect(message).toContain('byte 4')
  })

  it.each(['99:', '21', '999', '9007199254740993:'])('refuses the length %j', (text) => {
    expect(decode(text, { maxFrame: 20 }).error).toMatch(/TOO_LARGE|TRUNCATED/)
    expect(decode(`${text}:`, { maxFrame: 9 }).error).toBe('HAWSER_FRAME_TOO_LARGE')
  })

  it('refuses an endless length without waiting for its end, even where it discards', () => {
    const discard = { maxFrame: 20, oversize: 'discard' } as const
    expect(decode('1'.repeat(3), { maxFrame: 20 }).error).toBe('HAWSER_FRAME_TOO_LARGE')
    expect(decode('1'.repeat(17), discard).error).toBe('HAWSER_FRAME_TOO_LARGE')
    expect(decode('9999999999999999:', discard).error).toBe('HAWSER_FRAME_TOO_LARGE')
  })

  it.each([1, 3, 10, 100])('skips a frame that is too large, in chunks of %i', (size) => {
    const stream = `1:a,30:${'x'.repeat(30)},21:${'y'.repeat(21)},1:b,`
    expect(decode(stream, { maxFrame: 20, oversize: 'discard' }, size)).toEqual({
      frames: ['bytes:a', 'bytes:b'],
      error: undefined,
    })
    expect(decode(`30:${'x'.repeat(31)}`, { maxFrame: 20, oversize: 'discard' }, size).error).toBe(
      'HAWSER_FRAME_MALFORMED',
    )
  })

  it('holds nothing of a huge frame that it skips', () => {
    const framing = netstring({ maxFrame: 20, oversize: 'discard' })
    const chunks = [latin1('4294967296:'), ...cutEvery(new Uint8Array(100_000), 1000)]
    decodeChunks(framing, operations, chunks, { ...plainly, borrowed: true }, (reader) => {
      expect(reader.buffered).toBe(0)
    })
  })

  it.each(['1', '1:', '1:a', '30:xx'])('takes a stream that ends with %j for truncated', (text) => {
    expect(decode(text).error).toBe('HAWSER_FRAME_TRUNCATED')
    expect(decode(text, { maxFrame: 20, oversize: 'discard' }).error).toBe('HAWSER_FRAME_TRUNCATED')
  })

  it('refuses a message that is too large, and options that cannot work', () => {
    const encoder = netstring({ maxFrame: 3 })
    expect(catchError(() => encodeAll(encoder, operations, ['aaaa'])).code).toBe(
      'HAWSER_FRAME_TOO_LARGE',
    )
    expect(catchError(() => netstring({ maxFrame: Infinity })).code).toBe('HAWSER_INVALID_OPTION')
  })
})
