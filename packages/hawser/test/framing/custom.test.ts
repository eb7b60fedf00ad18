import { describe, expect, it } from 'vitest'
import { FramingError } from '../../src/errors.js'
import { framing, type FramingDefinition } from '../../src/framing/formats/custom.js'
import type { Decoder } from '../../src/framing/framing.js'
import { encodeAll, latin1 } from './support/bytes-output.js'
import { decodeChunks } from './support/decoding.js'
import { catchError } from './support/errors.js'
import { bothOperations } from './support/operations.js'

/** Pairs of hexadecimal digits: a frame is one number. */
const hexPairs: FramingDefinition<number> = {
  name: 'hex-pairs',
  maxFrame: 2,
  decoder: (): Decoder<number> => ({
    decode(bytes, emit) {
      let start = 0
      while (start + 2 <= bytes.length) {
        const digits = String.fromCharCode(bytes[start]!, bytes[start + 1]!)
        const value = Number(`0x${digits}`)
        if (Number.isNaN(value)) throw new FramingError('HAWSER_FRAME_MALFORMED', digits)
        start += 2
        if (!emit(value, start)) return start
      }
      return start
    },
  }),
  encoder: () => ({
    encode: (message, output) => output.text(message.toString(16).padStart(2, '0')),
  }),
}

describe.each(bothOperations)('framing() with %s operations', (_, operations) => {
  it('is used like any other', () => {
    const pairs = framing(hexPairs)
    expect(Buffer.from(encodeAll(pairs, operations, [1, 255])).toString()).toBe('01ff')
    expect(decodeChunks(pairs, operations, [latin1('0'), latin1('1ff')])).toEqual({
      frames: [1, 255],
      error: undefined,
    })
    expect(decodeChunks(pairs, operations, [latin1('zz')]).error).toBe('HAWSER_FRAME_MALFORMED')
  })

  it('takes a rest for a truncated frame where the decoder has no end of its own', () => {
    expect(decodeChunks(framing(hexPairs), operations, [latin1('01f')])).toEqual({
      frames: [1],
      error: 'HAWSER_FRAME_TRUNCATED',
    })
  })

  it('hands the operations to decoder and encoder', () => {
    const seen: unknown[] = []
    const watching = framing({
      ...hexPairs,
      decoder: (given) => {
        seen.push(given)
        return hexPairs.decoder(given)
      },
      encoder: (given) => {
        seen.push(given)
        return hexPairs.encoder(given)
      },
    })
    watching.createDecoder(operations)
    watching.createEncoder(operations)
    expect(seen).toEqual([operations, operations])
  })

  it('has the defaults of every framing', () => {
    const { maxFrame, ...rest } = hexPairs
    expect(framing(hexPairs).maxFrame).toBe(maxFrame)
    expect(framing(rest)).toMatchObject({ maxFrame: 1024 * 1024, perConnection: false })
    expect(framing({ ...rest, perConnection: true }).perConnection).toBe(true)
    expect(Object.isFrozen(framing(rest))).toBe(true)
  })

  it.each([
    { name: '' },
    { maxFrame: 0 },
    { decoder: undefined },
    { encoder: {} },
    { perConnection: 1 },
  ])('refuses the definition with %o', (wrong) => {
    const definition = { ...hexPairs, ...wrong } as unknown as FramingDefinition<number>
    expect(catchError(() => framing(definition)).code).toBe('HAWSER_INVALID_OPTION')
  })
})
