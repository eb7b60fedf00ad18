import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { raw } from '../../src/framing/formats/raw.js'
import { slip, type SlipOptions } from '../../src/framing/formats/slip.js'
import { portableOperations } from '../../src/framing/portable-operations.js'
import { FrameReader } from '../../src/framing/frame-reader.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { cutEvery, decodeChunks, type Outcome } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { describeFraming } from './support/framing-contract.js'
import { binaryMessage, bytesAmong, bytesOf } from './support/messages.js'
import { bothOperations } from './support/operations.js'

const special = bytesAmong('\xc0\xdb\xdc\xdda', 16).filter(({ length }) => length > 0)
const some = binaryMessage(16).filter((message) => message.length > 0)
const piece = fc.oneof(
  bytesAmong('\xc0\xdb\xdc\xdda', 24),
  special.map((message) => encodeAll(slip(), portableOperations, [message])),
)

for (const oversize of ['close', 'discard'] as const) {
  describeFraming(`slip({ oversize: '${oversize}' })`, {
    framing: slip({ maxFrame: 16, oversize }),
    message: fc.oneof(special, some),
    received: bytesOf,
    piece,
    large: { framing: slip(), message: new Uint8Array(4500).fill(0xc0) },
    overhead: 18,
  })
}

describe.each(bothOperations)('slip() with %s operations', (_, operations) => {
  const decode = (stream: string, options: SlipOptions = {}, size = 100): Outcome =>
    decodeChunks(slip(options), operations, cutEvery(latin1(stream), size))

  it('puts END at both sides, and escapes as RFC 1055 has it', () => {
    expect(encodeAll(slip(), operations, [latin1('a\xc0b\xdbc')])).toEqual(
      latin1('\xc0a\xdb\xdcb\xdb\xddc\xc0'),
    )
    expect(encodeAll(slip(), operations, ['é'])).toEqual(latin1('\xc0\xc3\xa9\xc0'))
  })

  it.each([1, 2, 100])('reads frames with END at one side or at both, in chunks of %i', (size) => {
    expect(decode('\xc0a\xc0\xc0b\xc0c\xc0\xc0\xc0', {}, size)).toEqual({
      frames: ['bytes:a', 'bytes:b', 'bytes:c'],
      error: undefined,
    })
  })

  it.each(['\xdba\xc0', 'ab\xdb\xc0', '\xdb\xdb\xc0', '\xdb\xdd\xdb\xc0'])(
    'refuses the escape in %j',
    (stream) => {
      for (const size of [1, 100]) {
        expect(decode(`ok\xc0${stream}`, {}, size)).toEqual({
          frames: ['bytes:ok'],
          error: 'HAWSER_FRAME_MALFORMED',
        })
      }
    },
  )

  it('says which escape it is, and where its frame begins', () => {
    const decoder = slip().createDecoder(operations)
    const error = catchError(() => decoder.decode(latin1('ok\xc0a\xdbb\xc0'), () => true, false))
    expect(error.message).toContain('has an escape that is none: "\\xdbb" (byte 3 of the stream)')
  })

  it.each([1, 3, 100])('counts the bytes of the message, in chunks of %i', (size) => {
    const stream = `${'\xdb\xdc'.repeat(4)}\xc012345\xc0${'\xdb\xdc'.repeat(9)}\xc0ok\xc0`
    expect(decode(stream, { maxFrame: 4 }, size)).toEqual({
      frames: ['bytes:\xc0\xc0\xc0\xc0'],
      error: 'HAWSER_FRAME_TOO_LARGE',
    })
    expect(decode(stream, { maxFrame: 4, oversize: 'discard' }, size).frames).toEqual([
      'bytes:\xc0\xc0\xc0\xc0',
      'bytes:ok',
    ])
  })

  it('says the limit as it was set', () => {
    const decoder = slip({ maxFrame: 4 }).createDecoder(operations)
    const error = catchError(() => decoder.decode(latin1('123456789'), () => true, false))
    expect(error.message).toContain('has more than 8 bytes, and maxFrame is 4')
  })

  it('reads the same bytes again after a switch', () => {
    const reader: FrameReader<unknown> = new FrameReader(slip(), operations)
    const stream = latin1(`${'\xdb\xdc'.repeat(10_000)}\xc0`)
    reader.append(stream.slice(), false)
    reader.decode(() => true)
    const read: unknown[] = []
    reader.switchTo(raw()).decode((message) => read.push(message) > 0)
    expect(read).toEqual([stream])
  })

  it('takes the end of the stream as it was told to', () => {
    expect(decode('a').error).toBe('HAWSER_FRAME_TRUNCATED')
    expect(decode('a', { unterminated: 'deliver' }).frames).toEqual(['bytes:a'])
    expect(decode('a\xdb', { unterminated: 'deliver' }).error).toBe('HAWSER_FRAME_MALFORMED')
    expect(decode('\xc0').error).toBe(undefined)
  })

  it('refuses to send nothing, too much, and what is no message', () => {
    const send = (message: unknown): string =>
      catchError(() => encodeAll(slip({ maxFrame: 4 }), operations, [message as string])).code
    expect(send('')).toBe('HAWSER_MESSAGE_INVALID')
    expect(send('12345')).toBe('HAWSER_FRAME_TOO_LARGE')
    expect(send(null)).toBe('HAWSER_MESSAGE_INVALID')
    expect(catchError(() => slip({ end: 7 } as never)).code).toBe('HAWSER_INVALID_OPTION')
  })
})
