import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { delimited, type DelimitedOptions } from '../../src/framing/formats/delimited.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { cutEvery, decodeChunks, type Outcome } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { describeFraming } from './support/framing-contract.js'
import { binaryMessage, bytesAmong, bytesOf } from './support/messages.js'
import { bothOperations } from './support/operations.js'

const noZero = binaryMessage(16).filter((message) => !bytesOf(message).includes(0))
const large = new Uint8Array(4500).fill(1)

describeFraming("delimited('\\0')", {
  framing: delimited('\0', { maxFrame: 16 }),
  message: noZero,
  received: bytesOf,
  piece: bytesAmong('ab\0', 24),
  large: { framing: delimited('\0'), message: large },
  overhead: 1,
})

describeFraming("delimited('\\r\\n\\r\\n', { oversize: 'discard' })", {
  framing: delimited('\r\n\r\n', { maxFrame: 16, oversize: 'discard' }),
  message: binaryMessage(16).filter((message) => {
    const text = Buffer.from(bytesOf(message)).toString('latin1')
    return `${text}\r\n\r\n`.indexOf('\r\n\r\n') === text.length
  }),
  received: bytesOf,
  piece: fc.oneof(bytesAmong('a\r\n', 30), fc.constant(latin1('\r\n\r\n'))),
  large: { framing: delimited('\r\n\r\n'), message: large },
  overhead: 4,
})

describeFraming("delimited('aab', { unterminated: 'deliver', oversize: 'discard' })", {
  framing: delimited('aab', { maxFrame: 5, unterminated: 'deliver', oversize: 'discard' }),
  message: bytesAmong('a', 5),
  piece: fc.oneof(bytesAmong('ab', 20), fc.constant(latin1('aab'))),
  large: { framing: delimited('aab'), message: new Uint8Array(4500).fill(0x61) },
  overhead: 3,
})

describe.each(bothOperations)('delimited() with %s operations', (_, operations) => {
  const decode = (
    delimiter: string,
    text: string,
    options: DelimitedOptions = {},
    size = text.length,
  ): Outcome =>
    decodeChunks(delimited(delimiter, options), operations, cutEvery(latin1(text), size))
  const encode = (delimiter: string, message: string | Uint8Array): string =>
    Buffer.from(encodeAll(delimited(delimiter), operations, [message])).toString('latin1')

  it('cuts at the delimiter, wherever it stands', () => {
    expect(decode('\0', '\0a\0b\0').frames).toEqual(['bytes:', 'bytes:a', 'bytes:b'])
    expect(decode('||', 'a|b||||c||').frames).toEqual(['bytes:a|b', 'bytes:', 'bytes:c'])
  })

  it.each([1, 2, 3])('finds a delimiter that straddles chunks of %i', (size) => {
    expect(decode('\r\n.\r\n', 'a\r\nb\r\n.\r\n\r\r\n.\r\n', {}, size).frames).toEqual([
      'bytes:a\r\nb',
      'bytes:\r',
    ])
  })

  it.each([1, 2, 5, 100])('skips a frame that is too large, in chunks of %i', (size) => {
    const stream = `a--${'x'.repeat(40)}-x--12345678--123456789--b--`
    expect(decode('--', stream, { maxFrame: 8, oversize: 'discard' }, size).frames).toEqual([
      'bytes:a',
      'bytes:12345678',
      'bytes:b',
    ])
    expect(decode('--', stream, { maxFrame: 8 }, size)).toEqual({
      frames: ['bytes:a'],
      error: 'HAWSER_FRAME_TOO_LARGE',
    })
  })

  it('rejects a rest without its delimiter, unless it is told to deliver or discard it', () => {
    expect(decode('\0', 'a\0b').error).toBe('HAWSER_FRAME_TRUNCATED')
    expect(decode('\0', 'a\0b', { unterminated: 'deliver' }).frames).toEqual(['bytes:a', 'bytes:b'])
    expect(decode('\0', 'a\0b', { unterminated: 'discard' })).toEqual({
      frames: ['bytes:a'],
      error: undefined,
    })
  })

  it('sends bytes and text with the delimiter behind them', () => {
    expect(encode('\0', 'ä')).toBe('\xc3\xa4\0')
    expect(encode('||', Uint8Array.of(1, 2))).toBe('\x01\x02||')
    expect(encode('||', new Uint8Array(20_000))).toHaveLength(20_002)
  })

  it.each([
    ['\0', 'a\0b'],
    ['||', 'a||'],
    ['||', 'a|'],
    ['\r\n\r\n', 'a\r\n'],
    ['abcab', 'xabc'],
  ])('refuses, with the delimiter %j, the message %j', (delimiter, message) => {
    expect(catchError(() => encode(delimiter, message)).code).toBe('HAWSER_MESSAGE_INVALID')
  })

  it('carries a message that only resembles the delimiter', () => {
    expect(encode('\r\n\r\n', 'a\r')).toBe('a\r\r\n\r\n')
    expect(encode('ab', 'a')).toBe('aab')
  })

  it('refuses a message that is too large, or neither bytes nor text', () => {
    const encoder = delimited('\0', { maxFrame: 8 }).createEncoder(operations)
    const output = { buffer: new Uint8Array(0), reserve: () => 0, text() {}, bytes() {} }
    expect(catchError(() => encoder.encode('ääää1', output)).code).toBe('HAWSER_FRAME_TOO_LARGE')
    expect(catchError(() => encoder.encode(null as unknown as string, output)).code).toBe(
      'HAWSER_MESSAGE_INVALID',
    )
  })

  it('is not changed by a change to the delimiter that was passed', () => {
    const delimiter = latin1('||')
    const framing = delimited(delimiter)
    delimiter[0] = 0
    expect(decodeChunks(framing, operations, [latin1('a||')]).frames).toEqual(['bytes:a'])
    expect(encodeAll(framing, operations, ['a'])).toEqual(latin1('a||'))
    expect(framing.name).toBe('delim:7c7c')
  })

  it.each([
    ['', {}],
    ['a'.repeat(1025), {}],
    [7 as unknown as string, {}],
    ['a', { maxFrame: -1 }],
  ])('refuses the delimiter %j with %j', (delimiter, options) => {
    expect(catchError(() => delimited(delimiter, options)).code).toBe('HAWSER_INVALID_OPTION')
  })
})
