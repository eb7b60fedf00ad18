import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixed } from '../../src/framing/formats/fixed.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { decodeChunks } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { describeFraming } from './support/framing-contract.js'
import { bytesOf } from './support/messages.js'
import { bothOperations } from './support/operations.js'

const ofSize = (size: number): fc.Arbitrary<Uint8Array | string> =>
  fc.oneof(
    fc.uint8Array({ minLength: size, maxLength: size }),
    fc.string({ minLength: size, maxLength: size }),
  )

describeFraming('fixed(7)', {
  framing: fixed(7),
  message: ofSize(7),
  received: bytesOf,
  piece: fc.uint8Array({ maxLength: 12 }),
  large: { framing: fixed(4500), message: new Uint8Array(4500) },
  overhead: 0,
})

describeFraming("fixed(1, { unterminated: 'discard' })", {
  framing: fixed(1, { unterminated: 'discard' }),
  message: ofSize(1),
  received: bytesOf,
  piece: fc.uint8Array({ maxLength: 12 }),
  large: { framing: fixed(4500), message: new Uint8Array(4500) },
  overhead: 0,
})

describe.each(bothOperations)('fixed() with %s operations', (_, operations) => {
  it('cuts after every so many bytes', () => {
    expect(decodeChunks(fixed(3), operations, [latin1('abcdef')]).frames).toEqual([
      'bytes:abc',
      'bytes:def',
    ])
  })

  it('rejects a shorter rest, unless it is told to discard it', () => {
    expect(decodeChunks(fixed(3), operations, [latin1('abcde')])).toEqual({
      frames: ['bytes:abc'],
      error: 'HAWSER_FRAME_TRUNCATED',
    })
    const lenient = fixed(3, { unterminated: 'discard' })
    expect(decodeChunks(lenient, operations, [latin1('abcde')]).error).toBe(undefined)
  })

  it.each(['', 'ab', 'abcd', 'aä€', new Uint8Array(2), undefined as unknown as string])(
    'refuses a message of another size: %j',
    (message) => {
      expect(catchError(() => encodeAll(fixed(3), operations, [message])).code).toBe(
        'HAWSER_MESSAGE_INVALID',
      )
    },
  )

  it('counts the bytes of text, not its characters', () => {
    expect(encodeAll(fixed(3), operations, ['aä'])).toEqual(Uint8Array.of(0x61, 0xc3, 0xa4))
  })

  it.each([0, -1, 1.5, Infinity, NaN, 2 ** 30, undefined as unknown as number])(
    'refuses the size %s',
    (size) => {
      const error = catchError(() => fixed(size))
      expect(error.code).toBe('HAWSER_INVALID_OPTION')
      expect(error.message).toContain(`size is ${size}`)
    },
  )

  it('has its size for a name and a maxFrame', () => {
    expect(fixed(48)).toMatchObject({ name: 'fixed:48', maxFrame: 48 })
  })
})
