import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fixed } from '../../src/framing/formats/fixed.js'
import { jsonLines } from '../../src/framing/formats/json/json-lines.js'
import { lines, type LinesOptions } from '../../src/framing/formats/lines.js'
import { FrameReader } from '../../src/framing/frame-reader.js'
import { latin1 } from './support/bytes-output.js'
import { comparable, cutAt, cutEvery, decodeChunks, deliveries } from './support/decoding.js'
import { bothOperations } from './support/operations.js'
import { countingOperations } from '../../src/testing/framing/counting-operations.js'
import { runs } from '../../../../test/support/property-runs.js'

// Lines are decoded in blocks when much of them arrives at once. That must not be seen.

const content = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom('', 'a', 'a line', 'x'.repeat(63), '\r', '\ra', 'b\r') },
  { weight: 2, arbitrary: fc.constantFrom('\xc3\xa4', 'f\xc3\xbcr', '\xf0\x9f\x9a\xa2') },
  // No UTF-8: a byte alone, a character cut off by the end of its line, an overlong one.
  { weight: 1, arbitrary: fc.constantFrom('\xff', 'a\xe2\x82', '\xc0\xaf', '\xef\xbf\xbd') },
  { weight: 2, arbitrary: fc.nat({ max: 600 }).map((length) => 'y'.repeat(length)) },
  { weight: 1, arbitrary: fc.integer({ min: 3000, max: 9000 }).map((n) => 'z'.repeat(n)) },
)
const ending = fc.constantFrom('\n', '\n', '\n', '\r\n')
const run = fc
  .tuple(content, ending, fc.integer({ min: 1, max: 80 }))
  .map(([text, end, times]) => (text + end).repeat(text.length > 700 ? 2 : times))
const stream = fc
  .tuple(fc.array(run, { minLength: 1, maxLength: 8 }), content)
  .map(([pieces, last]) => latin1(pieces.join('') + last))
const cuts = fc.array(fc.nat({ max: 30_000 }), { maxLength: 12 })

interface Line {
  readonly text: string
  readonly end: number
}

/** What the bytes mean to somebody who has all of them and decodes each line by itself. */
function readLines(
  bytes: Uint8Array,
  { maxFrame = Infinity, encoding = 'utf8' }: LinesOptions,
): Line[] {
  const found: Line[] = []
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  for (let start = 0; start < buffer.length;) {
    const feed = buffer.indexOf(10, start)
    const next = feed === -1 ? buffer.length : feed + 1
    const hasReturn = feed > start && buffer[feed - 1] === 13
    const last = feed === -1 ? buffer.length : hasReturn ? feed - 1 : feed
    const line = buffer.subarray(start, last)
    if (line.length <= maxFrame) found.push({ text: line.toString(encoding), end: next })
    start = next
  }
  return found
}

describe.each(bothOperations)(
  'lines that arrive many at once, with %s operations',
  (_, operations) => {
    it.each<LinesOptions>([
      {},
      { encoding: 'latin1' },
      { maxFrame: 500, oversize: 'discard' },
      { maxFrame: 5000, oversize: 'discard', encoding: 'latin1' },
    ])('are those that each is by itself, however they are cut: %o', (options) => {
      fc.assert(
        fc.property(stream, cuts, fc.constantFrom(...deliveries), (bytes, points, delivery) => {
          const outcome = decodeChunks(lines(options), operations, cutAt(bytes, points), delivery)
          const expected = readLines(bytes, options).map(({ text }) => text)
          expect(outcome).toEqual({ frames: expected, error: undefined })
        }),
        runs(150),
      )
    })

    it('are cut by a reader that stops and goes on at any of them', () => {
      const stops = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 6 })
      fc.assert(
        fc.property(stream, stops, (bytes, counts) => {
          const reader = new FrameReader(lines(), operations)
          const frames: string[] = []
          let left = 0
          const take = (text: string): boolean => frames.push(text) > 0 && --left > 0
          left = counts[0]!
          reader.feed(bytes, true, 0, take)
          for (let turn = 1; left === 0; turn++) {
            left = counts[turn % counts.length]!
            reader.decode(take)
            reader.release(reader.unreleased)
          }
          reader.finish((text) => frames.push(text) > 0)
          expect(frames).toEqual(readLines(bytes, {}).map(({ text }) => text))
        }),
        runs(150),
      )
    })

    it('say exactly where each of them ends, so that another framing can go on from there', () => {
      fc.assert(
        fc.property(stream, fc.nat(), (bytes, at) => {
          const whole = bytes.subarray(0, bytes.lastIndexOf(10) + 1)
          const expected = readLines(whole, {})
          const reader = new FrameReader(lines(), operations)
          const ends: number[] = []
          reader.append(whole, true)
          reader.decode((_text, end) => ends.push(end) > 0)
          expect(ends).toEqual(expected.map(({ end }) => end))
          const from = ends[at % ends.length]!
          reader.release(from)
          const rest: Uint8Array[] = []
          reader.switchTo(fixed(1)).decode((byte) => rest.push(byte) > 0)
          expect(Buffer.concat(rest).equals(whole.subarray(from))).toBe(true)
        }),
        runs(100),
      )
    })

    it('are rejected where one by one they are, and not before', () => {
      fc.assert(
        fc.property(stream, cuts, (bytes, points) => {
          const outcome = decodeChunks(
            lines({ invalid: 'reject' }),
            operations,
            cutAt(bytes, points),
          )
          const expected = readLines(bytes, { encoding: 'latin1' })
          const isText = ({ text }: Line): boolean =>
            operations.isUtf8(latin1(text), 0, text.length)
          const bad = expected.findIndex((line) => !isText(line))
          expect(outcome.error).toBe(bad === -1 ? undefined : 'HAWSER_TEXT_INVALID')
          expect(outcome.frames).toHaveLength(bad === -1 ? expected.length : bad)
        }),
        runs(100),
      )
    })

    it('are held to CRLF where it is required', () => {
      const lineOf = (text: string): string => `${text.replaceAll('\r', '')}\r\n`
      const good = fc.array(content.map(lineOf), { minLength: 30, maxLength: 60 })
      const strict = lines({ crlf: 'require', maxFrame: 10_000 })
      fc.assert(
        fc.property(
          good,
          fc.constantFrom('a\rb\r\n', 'a\n', '\r\r\n', '\n'),
          cuts,
          (all, bad, points) => {
            const bytes = latin1(all.join('') + bad + all.join(''))
            const outcome = decodeChunks(strict, operations, cutAt(bytes, points))
            expect(outcome.error).toBe('HAWSER_FRAME_MALFORMED')
            expect(outcome.frames).toEqual(
              readLines(latin1(all.join('')), {}).map(({ text }) => text),
            )
          },
        ),
        runs(100),
      )
    })

    it('are held to CRLF behind many that have it', () => {
      const good = 'a line\r\n'.repeat(2_000)
      for (const [bad, what] of [
        ['bare\n', 'a line ends with LF alone'],
        ['a\rb\r\n', 'a CR without LF behind it'],
      ] as const) {
        const reader = new FrameReader(lines({ crlf: 'require' }), operations)
        const bytes = latin1(`${good}${bad}${good}`)
        expect(() => reader.feed(bytes, true, 0, () => true)).toThrow(what)
      }
    })

    it('are named by where they begin when one of them is no JSON', () => {
      const good = '{"a":1}\n'.repeat(2_000)
      const reader = new FrameReader(jsonLines(), operations)
      const bytes = latin1(`${good}{"a":\n${good}`)
      expect(() => reader.feed(bytes, true, 0, () => true)).toThrow(`byte ${good.length} of`)
    })

    it('are the same values as JSON', () => {
      const value = fc
        .jsonValue({ maxDepth: 2 })
        .map((given): unknown => JSON.parse(JSON.stringify(given)))
      fc.assert(
        fc.property(fc.array(value, { minLength: 30, maxLength: 60 }), cuts, (values, points) => {
          const bytes = new Uint8Array(
            Buffer.from(values.map((each) => `${JSON.stringify(each)}\n`).join('')),
          )
          const { frames } = decodeChunks(jsonLines(), operations, cutAt(bytes, points))
          expect(frames).toEqual(values)
        }),
        runs(100),
      )
    })

    it.each([
      ['short', 'x'.repeat(63), 1000],
      ['not ASCII', '\xc3\xa4'.repeat(30), 1000],
      ['of a few KiB', 'x'.repeat(3000), 30],
      ['longer than a block', 'x'.repeat(20_000), 10],
    ])('are looked at a few times only when they are %s', (_kind, text, times) => {
      const bytes = latin1(`${text}\n`.repeat(times))
      for (const size of [100, 300, 5000, 65_536]) {
        for (const delivery of deliveries) {
          const counting = countingOperations(operations)
          const outcome = decodeChunks(lines(), counting, cutEvery(bytes, size), delivery)
          expect(outcome.frames).toHaveLength(times)
          expect(counting.count).toBeLessThanOrEqual(5 * bytes.length)
        }
      }
    })

    it('cost few searches when they are short and ASCII, and one each when they are not', () => {
      const count = (text: string): number => {
        let calls = 0
        const counting = {
          ...operations,
          indexOf(...args: Parameters<typeof operations.indexOf>) {
            calls++
            return operations.indexOf(...args)
          },
        }
        decodeChunks(lines(), counting, [latin1(`${text}\n`.repeat(1000))])
        return calls
      }
      expect(count('x'.repeat(60))).toBeLessThan(10)
      expect(count('\xc3\xa4')).toBeGreaterThan(900)
    })

    it('keep a message whose bytes are overwritten afterwards', () => {
      const bytes = latin1('a line of text\n'.repeat(1000))
      const frames: string[] = []
      const reader = new FrameReader(lines(), operations)
      reader.feed(bytes, true, 0, (text) => frames.push(text) > 0)
      bytes.fill(0xaa)
      expect(new Set(frames)).toEqual(new Set(['a line of text']))
      expect(frames.map(comparable)).toHaveLength(1000)
    })
  },
)
