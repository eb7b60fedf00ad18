import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixed } from '../../src/framing/formats/fixed.js'
import { FrameReader } from '../../src/framing/frame-reader.js'
import { lines } from '../../src/framing/formats/lines.js'
import { netstring } from '../../src/framing/formats/netstring.js'
import { latin1 } from './support/bytes-output.js'
import { comparable, cutAt } from './support/decoding.js'
import { bothOperations } from './support/operations.js'
import { runs } from '../../../../test/support/property-runs.js'

describe.each(bothOperations)('FrameReader with %s operations', (_, operations) => {
  const stream = latin1('one\ntwo\r\n\nthree\n3:abc,')

  it('reads again with another framing from the byte behind the last released frame', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 4 }),
        fc.array(fc.nat({ max: stream.length })),
        fc.boolean(),
        (released, cuts, borrowed) => {
          const reader = new FrameReader(lines(), operations)
          for (const piece of cutAt(stream, cuts)) {
            const bytes = Uint8Array.from(piece)
            reader.append(bytes, borrowed)
            if (borrowed) bytes.fill(0xaa)
          }
          const texts: string[] = []
          const ends: number[] = []
          reader.decode((text, end) => {
            texts.push(text)
            return ends.push(end) > 0
          })
          expect(texts).toEqual(['one', 'two', '', 'three'])
          reader.release(released === 0 ? 0 : ends[released - 1]!)
          const rest: unknown[] = []
          reader.switchTo(fixed(1)).decode((byte) => rest.push(comparable(byte)) > 0)
          const from = [0, 4, 9, 10, 16][released]!
          expect(rest).toEqual(
            [...stream.subarray(from)].map((byte) => `bytes:${String.fromCharCode(byte)}`),
          )
        },
      ),
      runs(100),
    )
  })

  it('does not hold on to owned bytes for the sake of a short rest', () => {
    const reader = new FrameReader(lines(), operations)
    const texts: string[] = []
    const take = (text: string): boolean => texts.push(text) > 0
    const bytes = Uint8Array.from(latin1(`${'x'.repeat(200)}\nre`))
    reader.feed(bytes, false, 0, take)
    bytes.fill(0xaa)
    reader.feed(latin1('st\n'), false, 0, take)
    expect(texts).toEqual(['x'.repeat(200), 'rest'])
  })

  it.each([true, false])('is switched by the receiver of any frame, borrowed: %s', (borrowed) => {
    const reader = new FrameReader(lines(), operations)
    const frames: unknown[] = []
    reader.feed(Uint8Array.from(stream), borrowed, 0, (text) => {
      frames.push(text)
      if (text !== 'three') return true
      reader.switchTo(netstring())
      return false
    })
    const next = reader as unknown as FrameReader<Uint8Array>
    next.decode((message) => frames.push(comparable(message)) > 0)
    next.release(next.unreleased)
    expect(frames).toEqual(['one', 'two', '', 'three', 'bytes:abc'])
    expect(next.buffered).toBe(0)
  })

  it('joins a partial frame with its rest in the headroom in front of it', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }),
        fc.nat({ max: 12 }),
        (sizes, headroom) => {
          const reader = new FrameReader(lines(), operations)
          const frames: string[] = []
          const memory = new Uint8Array(headroom + 9)
          for (let from = 0, index = 0; from < stream.length; index++) {
            const piece = stream.subarray(from, from + sizes[index % sizes.length]!)
            memory.fill(0xaa)
            memory.set(piece, headroom)
            const given = memory.subarray(headroom, headroom + piece.length)
            reader.feed(given, true, headroom, (text) => frames.push(text) > 0)
            from += piece.length
          }
          expect(frames).toEqual(['one', 'two', '', 'three'])
          expect(reader.undecoded).toBe(6)
        },
      ),
      runs(100),
    )
  })

  it('never writes to bytes that it was given to keep', () => {
    const first = latin1('abcdef\ngh')
    const second = latin1('i\nj')
    const reader = new FrameReader(lines(), operations)
    const frames: string[] = []
    for (const bytes of [first, second])
      reader.feed(bytes, false, 0, (text) => frames.push(text) > 0)
    expect(frames).toEqual(['abcdef', 'ghi'])
    expect([first, second]).toEqual([latin1('abcdef\ngh'), latin1('i\nj')])
  })

  it('counts what it holds, and holds nothing when it is cleared', () => {
    const reader = new FrameReader(lines(), operations)
    reader.append(latin1('a\nb\nc'), false)
    reader.decode(() => false)
    expect([reader.buffered, reader.unreleased, reader.undecoded]).toEqual([5, 2, 3])
    reader.release(2)
    expect([reader.buffered, reader.unreleased, reader.undecoded]).toEqual([3, 0, 3])
    reader.clear()
    expect([reader.buffered, reader.unreleased, reader.undecoded]).toEqual([0, 0, 0])
  })
})
