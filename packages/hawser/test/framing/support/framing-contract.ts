import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Framing } from '../../../src/framing/framing.js'
import { encodeAll } from './bytes-output.js'
import {
  comparable,
  cutAt,
  cutEvery,
  decodeChunks,
  deliveries,
  type Outcome,
  plainly,
} from './decoding.js'
import { bothOperations } from './operations.js'
import { countingOperations } from '../../../src/testing/framing/counting-operations.js'
import { runs } from '../../../../../test/support/property-runs.js'

/** What a framing has to keep to, whatever it is. */
export interface FramingSubject<In, Out> {
  /** A framing with a small `maxFrame`. */
  readonly framing: Framing<In, Out>
  /** Messages it can carry. */
  readonly message: fc.Arbitrary<Out>
  /** What arrives when `message` was sent; the same value when left out. */
  readonly received?: (message: Out) => unknown
  /** Pieces of streams, good and bad, that are likely to reach the corners of the decoder. */
  readonly piece: fc.Arbitrary<Uint8Array>
  /** A framing and a message of some thousand bytes that it can carry. */
  readonly large: { readonly framing: Framing<In, Out>; readonly message: Out }
  /** How many bytes an unfinished frame may hold beyond `maxFrame`: delimiter and header. */
  readonly overhead: number
}

const cuts = fc.array(fc.nat({ max: 400 }), { maxLength: 8 })

/** The same framing, which puts every message into `kept` as well. */
function keepingFrames<In>(framing: Framing<In, never>, kept: unknown[]): Framing<In, never> {
  return {
    ...framing,
    createDecoder(operations) {
      const decoder = framing.createDecoder(operations)
      return {
        decode: (bytes, emit, owned) =>
          decoder.decode(
            bytes,
            (message, end) => kept.push(message) > 0 && emit(message, end),
            owned,
          ),
        end: (rest, emit) => decoder.end?.(rest, emit),
      }
    },
  }
}

/** The properties that every framing has, checked with Buffer's and with portable operations. */
export function describeFraming<In, Out>(name: string, subject: FramingSubject<In, Out>): void {
  const { framing, overhead } = subject
  const received = subject.received ?? ((message: Out) => message)
  const messages = fc.array(subject.message, { maxLength: 12 })
  const stream = fc
    .array(subject.piece, { maxLength: 12 })
    .map((pieces) => new Uint8Array(Buffer.concat(pieces)))

  describe.each(bothOperations)(`${name} with %s operations`, (_, operations) => {
    const decodeWhole = (bytes: Uint8Array): Outcome =>
      decodeChunks(
        framing,
        operations,
        [bytes].filter(({ length }) => length > 0),
      )

    it('gives back the messages that were sent', () => {
      fc.assert(
        fc.property(messages, (sent) => {
          const outcome = decodeWhole(encodeAll(framing, operations, sent))
          expect(outcome).toEqual({
            frames: sent.map((message) => comparable(received(message))),
            error: undefined,
          })
        }),
        runs(100),
      )
    })

    it('gives the same frames at every single cut and byte by byte, however it is pushed', () => {
      fc.assert(
        fc.property(stream, fc.constantFrom(...deliveries), (bytes, delivery) => {
          const whole = decodeWhole(bytes)
          for (let at = 0; at <= bytes.length; at++) {
            const outcome = decodeChunks(framing, operations, cutAt(bytes, [at]), delivery)
            expect(outcome).toEqual(whole)
          }
          expect(decodeChunks(framing, operations, cutEvery(bytes, 1), delivery)).toEqual(whole)
        }),
        runs(25),
      )
    })

    it('gives the same frames however bytes are cut into many pieces', () => {
      fc.assert(
        fc.property(stream, cuts, fc.constantFrom(...deliveries), (bytes, points, delivery) => {
          const outcome = decodeChunks(framing, operations, cutAt(bytes, points), delivery)
          expect(outcome).toEqual(decodeWhole(bytes))
        }),
        runs(300),
      )
    })

    it('counts the same bytes as skipped, however they are cut', () => {
      fc.assert(
        fc.property(stream, cuts, (bytes, points) => {
          const count = (pieces: readonly Uint8Array[]): unknown => {
            let skipped = 0
            const { error } = decodeChunks(framing, operations, pieces, plainly, (reader) => {
              skipped = reader.skipped
            })
            return error === undefined ? skipped : error
          }
          fc.pre(bytes.length > 0)
          expect(count(cutAt(bytes, points))).toBe(count([bytes]))
          expect(count(cutEvery(bytes, 1))).toBe(count([bytes]))
        }),
        runs(100),
      )
    })

    it('gives the same frames of bytes that follow no rule', () => {
      fc.assert(
        fc.property(fc.uint8Array({ maxLength: 120 }), cuts, (bytes, points) => {
          const outcome = decodeChunks(framing, operations, cutAt(bytes, points))
          expect(outcome).toEqual(decodeWhole(bytes))
        }),
        runs(100),
      )
    })

    it('says how many bytes a frame takes beside its message', () => {
      expect(framing.overhead).toBe(overhead)
    })

    it('holds no more than one frame and its header or delimiter', () => {
      let most = 0
      const watch = (reader: { readonly buffered: number }): void => {
        most = Math.max(most, reader.buffered)
      }
      fc.assert(
        fc.property(stream, cuts, (bytes, points) => {
          decodeChunks(framing, operations, cutAt(bytes, points), plainly, watch)
          decodeChunks(framing, operations, cutEvery(bytes, 1), plainly, watch)
          expect(most).toBeLessThanOrEqual(framing.maxFrame + overhead)
        }),
        runs(100),
      )
    })

    it.each(deliveries)('looks at each byte of a large frame a few times only, %o', (delivery) => {
      const { framing: roomy, message } = subject.large
      const counting = countingOperations(operations)
      const bytes = encodeAll(roomy, operations, [message, message])
      const outcome = decodeChunks(roomy, counting, cutEvery(bytes, 1), delivery)
      expect(outcome.error).toBe(undefined)
      expect(bytes.length).toBeGreaterThan(8000)
      expect(counting.count).toBeLessThanOrEqual((4 + overhead) * bytes.length + 64)
    })

    it('delivers frames that pin no more than 4 KiB beyond their size', () => {
      fc.assert(
        fc.property(messages, fc.constantFrom(...deliveries), (sent, delivery) => {
          const bytes = encodeAll(framing, operations, sent)
          fc.pre(bytes.length > 0)
          const padded = new Uint8Array(bytes.length + 65_536).subarray(0, bytes.length)
          padded.set(bytes)
          const kept: unknown[] = []
          decodeChunks(keepingFrames(framing, kept), operations, [padded], delivery)
          expect(kept).toHaveLength(sent.length)
          for (const message of kept) {
            if (!(message instanceof Uint8Array)) continue
            expect(message.buffer.byteLength - message.length).toBeLessThanOrEqual(4096)
          }
        }),
        runs(30),
      )
    })
  })
}
