import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { dotStuffed } from '../../src/framing/formats/dot-stuffed.js'
import { raw } from '../../src/framing/formats/raw.js'
import { FrameReader } from '../../src/framing/frame-reader.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { cutEvery, decodeChunks, type Outcome } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { describeFraming } from './support/framing-contract.js'
import { bytesAmong, bytesOf } from './support/messages.js'
import { bothOperations } from './support/operations.js'

const line = fc.stringMatching(/^[.a]{0,4}$/).map((text) => `${text}\r\n`)
const block = fc
  .array(line, { maxLength: 5 })
  .map((lines) => lines.join(''))
  .filter(({ length }) => length <= 16)

describeFraming('dotStuffed()', {
  framing: dotStuffed({ maxFrame: 16 }),
  message: fc.oneof(block, block.map(latin1)),
  received: bytesOf,
  piece: fc.oneof(
    bytesAmong('.a\r\n', 20),
    line.map(latin1),
    fc.constantFrom(latin1('.\r\n'), latin1('..\r\n'), latin1('\r\n.\r\n'), latin1('\r')),
  ),
  large: { framing: dotStuffed(), message: '.\r\n'.repeat(1500) },
  overhead: 9,
})

describe.each(bothOperations)('dotStuffed() with %s operations', (_, operations) => {
  const decode = (stream: string, maxFrame = 1000, size = 1000): Outcome =>
    decodeChunks(dotStuffed({ maxFrame }), operations, cutEvery(latin1(stream), size))

  it.each([
    ['an empty mail', '', '.\r\n'],
    ['an empty line', '\r\n', '\r\n.\r\n'],
    ['a line', 'a\r\n', 'a\r\n.\r\n'],
    ['a dot', '.\r\n', '..\r\n.\r\n'],
    ['lines that begin with dots', 'a\r\n.b\r\n..\r\n', 'a\r\n..b\r\n...\r\n.\r\n'],
  ])('reads and writes %s', (_situation, message, stream) => {
    expect(encodeAll(dotStuffed(), operations, [message, message])).toEqual(latin1(stream + stream))
    for (const size of [1, 2, 3, 1000]) {
      expect(decode(stream + stream, 1000, size)).toEqual({
        frames: [`bytes:${message}`, `bytes:${message}`],
        error: undefined,
      })
    }
  })

  it('takes the first dot of a line away, whatever follows it, as RFC 5321 says', () => {
    expect(decode('.a\r\n.\r\n').frames).toEqual(['bytes:a\r\n'])
  })

  // What one mail server took for the end of a mail, and the next one for a part of it.
  it.each([
    'mail\r\n\n.\n',
    'mail\n.\n',
    'mail\n.\r\n',
    'mail\r\n.\n',
    'mail\r\n.\r',
    'mail\r.\r',
    'mail\r\n.\r\r\n',
    'mail\r\n.\r.\r\n',
    '.\n',
    '\n',
  ])('lets nothing be smuggled by %j', (text) => {
    const smuggled = `${text}MAIL FROM:<admin@example.org>\r\n.\r\n`
    for (const size of [1, 2, 1000]) {
      expect(decode(`first\r\n.\r\n${smuggled}`, 1000, size)).toEqual({
        frames: ['bytes:first\r\n'],
        error: 'HAWSER_FRAME_MALFORMED',
      })
    }
    const code = (message: string): string =>
      catchError(() => encodeAll(dotStuffed(), operations, [message])).code
    expect(code(`${text}MAIL\r\n`)).toBe('HAWSER_MESSAGE_INVALID')
  })

  it('says what is alone, and where', () => {
    const messageOf = (stream: string): string => {
      const decoder = dotStuffed().createDecoder(operations)
      return catchError(() => decoder.decode(latin1(stream), () => true, false)).message
    }
    expect(messageOf('.\r\na\nb')).toContain('has an LF without its CR (byte 4 of the stream)')
    expect(messageOf('.\r\na\rb')).toContain('has a CR without its LF (byte 5 of the stream)')
  })

  it.each([1, 2, 1000])(
    'refuses a block that is too large as soon as it is, in chunks of %i',
    (size) => {
      expect(decode('12\r\n..\r\n.\r\n', 7, size).frames).toEqual(['bytes:12\r\n.\r\n'])
      expect(decode('12\r\n..\r\n.\r\n', 6, size).error).toBe('HAWSER_FRAME_TOO_LARGE')
      expect(decode('12345678', 7, size).error).toBe('HAWSER_FRAME_TOO_LARGE')
      expect(decode('1234567', 7, size).error).toBe('HAWSER_FRAME_TRUNCATED')
      expect(decode('12345678\n', 7, size).error).toBe('HAWSER_FRAME_TOO_LARGE')
    },
  )

  it.each(['a', '.', '.\r', 'a\r\n', 'a\r\n.', 'a\r\n.\r'])(
    'takes the end behind %j for truncated',
    (text) => {
      expect(decode(text).error).toBe('HAWSER_FRAME_TRUNCATED')
    },
  )

  it('reads the same bytes again after a switch', () => {
    const reader: FrameReader<unknown> = new FrameReader(dotStuffed(), operations)
    const stream = latin1(`${'..a\r\n'.repeat(10_000)}.\r\n`)
    reader.append(stream.slice(), false)
    reader.decode(() => true)
    const read: unknown[] = []
    reader.switchTo(raw()).decode((message) => read.push(message) > 0)
    expect(read).toEqual([stream])
  })

  it('refuses to send a last line without its end, too much, and what is no message', () => {
    const send = (message: unknown): string =>
      catchError(() => encodeAll(dotStuffed({ maxFrame: 4 }), operations, [message as string])).code
    expect(send('a')).toBe('HAWSER_MESSAGE_INVALID')
    expect(send('a\r')).toBe('HAWSER_MESSAGE_INVALID')
    expect(send('abc\r\n')).toBe('HAWSER_FRAME_TOO_LARGE')
    expect(send(7)).toBe('HAWSER_MESSAGE_INVALID')
    expect(catchError(() => dotStuffed({ oversize: 'discard' } as never)).code).toBe(
      'HAWSER_INVALID_OPTION',
    )
  })
})
