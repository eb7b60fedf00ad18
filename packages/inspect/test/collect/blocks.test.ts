import { byteOperations } from 'hawser'
import { FrameReader } from 'hawser/testing'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { runs } from '../../../../test/support/property-runs.js'
import type { Block } from '../../src/collect/block.js'
import { blocks } from '../../src/collect/block-framing.js'
import { headerSize } from '../../src/wire/layout.js'
import { encodeBlock, type SentRow } from '../support/encode-block.js'

const rows: fc.Arbitrary<SentRow> = fc.record({
  kind: fc.constantFrom('in', 'out', 'event', 'lost'),
  connection: fc.nat(0xffff_ffff),
  time: fc.double({ min: 0, max: 8.64e15, noNaN: true }),
  flags: fc.nat(255),
  data: fc.uint8Array({ maxLength: 40 }),
})
const streams = fc.array(fc.array(rows, { minLength: 1, maxLength: 5 }), { maxLength: 4 })
const cuts = fc.array(fc.integer({ min: 1, max: 200 }), { minLength: 1, maxLength: 20 })

function encode(stream: readonly (readonly SentRow[])[]): Buffer {
  let first = 0
  const sent = stream.map((each) => {
    const block = encodeBlock(first, each)
    first += each.length
    return block
  })
  return Buffer.concat(sent)
}

/** What is read of bytes that arrive in pieces of these sizes, again and again. */
function read(bytes: Buffer, sizes: readonly number[]): Block[] {
  const reader = new FrameReader(blocks, byteOperations)
  const found: Block[] = []
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const size = sizes[turn % sizes.length]!
    reader.feed(bytes.subarray(at, at + size), false, 0, (block) => found.push(block) > 0)
    at += size
  }
  return found
}

it('the same rows come out, however the network cuts the blocks', () => {
  fc.assert(
    fc.property(streams, cuts, (stream, sizes) => {
      const found = read(encode(stream), sizes)
      const sent = stream.map((each) =>
        each.map((row) => ({ ...row, data: Buffer.from(row.data!) })),
      )
      expect(found.map(({ rows: each }) => each)).toEqual(sent)
      const counts = stream.map(({ length }) => length)
      expect(found.map(({ firstRow }) => firstRow)).toEqual(
        counts.map((_, index) => counts.slice(0, index).reduce((sum, each) => sum + each, 0)),
      )
    }),
    runs(1_000),
  )
})

it('bytes of a stranger are read as blocks, or refused with what is wrong', () => {
  const damage = fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 6 })
  fc.assert(
    fc.property(streams, damage, cuts, (stream, changes, sizes) => {
      const bytes = encode(stream)
      for (const [at, value] of changes) if (at < bytes.length) bytes[at] = value
      attempt(() => read(bytes, sizes))
    }),
    runs(5_000),
  )
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), cuts, (bytes, sizes) => {
      attempt(() => read(Buffer.from(bytes), sizes))
    }),
    runs(1_000),
  )
})

function attempt(work: () => unknown): void {
  try {
    work()
  } catch (error) {
    expect(error).toMatchObject({ code: 'HAWSER_FRAME_MALFORMED' })
  }
}

const block = encodeBlock(0, [{ kind: 'in', data: 'hello' }])

it.each([
  ['no rows', 12, 0, /1 to 1024 rows, not 0/],
  ['too many rows', 12, 1_025, /1 to 1024 rows, not 1025/],
  ['too much data', 40, 262_145, /at most 262144 bytes, not 262145/],
  ['another size than its parts', 4, 112, /a block of 104 bytes says that it has 112/],
  ['a row that reaches out of it', headerSize + 16, 6, /bytes to 6 of a block with 5/],
  ['a row whose end overflows', headerSize + 12, 0xffff_ffff, /of a block with 5/],
  ['a row of an unknown kind', headerSize + 24, 5, /cannot be of kind 5/],
])('a block with %s is refused', (_, at, value, why) => {
  const bytes = Buffer.from(block)
  bytes.writeUInt32LE(value, at)
  expect(() => read(bytes, [bytes.length])).toThrow(why)
})

it.each([NaN, -1, Infinity, 8.65e15])('a row of the time %s is refused', (time) => {
  const bytes = encodeBlock(0, [{ kind: 'in', data: 'hello', time }])
  expect(() => read(bytes, [bytes.length])).toThrow(`cannot have the time ${time}`)
})

it('a row whose number cannot be counted is refused', () => {
  const bytes = Buffer.from(block)
  bytes.writeBigUInt64LE(2n ** 53n, 16)
  expect(() => read(bytes, [bytes.length])).toThrow(/cannot have number/)
})
