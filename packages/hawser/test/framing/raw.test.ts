import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { raw } from '../../src/framing/formats/raw.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { cutAt, decodeChunks, deliveries } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { bothOperations } from './support/operations.js'
import { runs } from '../../../../test/support/property-runs.js'

describe.each(bothOperations)('raw() with %s operations', (_, operations) => {
  it('delivers all bytes in order, none of them changed later, however they are cut', () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 100 }),
        fc.array(fc.nat({ max: 100 })),
        fc.constantFrom(...deliveries),
        (bytes, points, delivery) => {
          const chunks = cutAt(bytes, points)
          const { frames } = decodeChunks(raw({ maxFrame: 7 }), operations, chunks, delivery)
          expect(frames.join('').replaceAll('bytes:', '')).toBe(
            Buffer.from(bytes).toString('latin1'),
          )
        },
      ),
      runs(100),
    )
  })

  it('delivers a chunk as one message, and a longer one than maxFrame in pieces', () => {
    const chunks = [latin1('abc'), latin1('defghij')]
    expect(decodeChunks(raw(), operations, chunks).frames).toEqual(['bytes:abc', 'bytes:defghij'])
    expect(decodeChunks(raw({ maxFrame: 3 }), operations, chunks).frames).toEqual([
      'bytes:abc',
      'bytes:def',
      'bytes:ghi',
      'bytes:j',
    ])
  })

  it('does not copy a large chunk that it may keep, and does copy one that it may not', () => {
    const chunk = new Uint8Array(65_536)
    const messages: Uint8Array[] = []
    const decoder = raw().createDecoder(operations)
    decoder.decode(chunk, (message) => messages.push(message) > 0, true)
    decoder.decode(chunk, (message) => messages.push(message) > 0, false)
    expect(messages.map(({ buffer }) => buffer === chunk.buffer)).toEqual([true, false])
  })

  it('copies a small chunk rather than keep the large memory it lies in', () => {
    const chunk = new Uint8Array(65_536).subarray(100, 200)
    const messages: Uint8Array[] = []
    raw()
      .createDecoder(operations)
      .decode(chunk, (message) => messages.push(message) > 0, true)
    expect(messages[0]!.buffer.byteLength).toBeLessThanOrEqual(4096 + 100)
  })

  it('sends bytes and text of any size', () => {
    const sent = encodeAll(raw({ maxFrame: 3 }), operations, [
      'aä',
      latin1('bcdef'),
      '',
      latin1(''),
    ])
    expect(Buffer.from(sent).toString('latin1')).toBe('a\xc3\xa4bcdef')
  })

  it('refuses what is neither bytes nor text, and a maxFrame that cannot work', () => {
    const wrong = [1, 2] as unknown as Uint8Array
    expect(catchError(() => encodeAll(raw(), operations, [wrong])).code).toBe(
      'HAWSER_MESSAGE_INVALID',
    )
    expect(catchError(() => raw({ maxFrame: Infinity })).code).toBe('HAWSER_INVALID_OPTION')
  })
})
