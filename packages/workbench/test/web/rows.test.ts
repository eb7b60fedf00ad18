import { encodeRows } from 'hawser/log'
import { describe, expect, it } from 'vitest'
import { encodeRowsFrame } from '../../src/protocol/rows-frame.js'
import { decodeRows, flags, type Row } from '../../web/backend/decode-rows.js'
import { pageRows, RowCache } from '../../web/backend/row-cache.js'
import { ScrollMap } from '../../web/widgets/scroll-map.js'

const text = (said: string): Uint8Array => new TextEncoder().encode(said)

it('rows come out of a frame as they went into it', () => {
  const common = { connection: 7, source: 0, position: 5 }
  const block = encodeRows([
    { ...common, number: 4, time: 1_000.25, kind: 'in', flags: flags.tls, data: text('one') },
    { ...common, number: 9, time: 1_001, kind: 'out', flags: flags.byHand, data: text('') },
    { ...common, number: 10, time: 1_002, kind: 'event', flags: 0, data: text('{}') },
    { ...common, number: 11, time: 1_003, kind: 'lost', flags: 0, data: text('{"rows":1}') },
  ])
  const frame = encodeRowsFrame({
    id: 3,
    numbers: [4, 9, 10, 11],
    lengths: [3_000, 0, 2, 10],
    block,
  })
  const { id, rows } = decodeRows(frame.buffer)
  expect(id).toBe(3)
  expect(
    rows.map(({ bytes, position, ...row }) => {
      expect(position).toBe(5)
      return { ...row, said: new TextDecoder().decode(bytes) }
    }),
  ).toEqual([
    { number: 4, time: 1_000.25, connection: 7, kind: 'in', flags: 1, length: 3_000, said: 'one' },
    { number: 9, time: 1_001, connection: 7, kind: 'out', flags: 8, length: 0, said: '' },
    { number: 10, time: 1_002, connection: 7, kind: 'event', flags: 0, length: 2, said: '{}' },
    {
      number: 11,
      time: 1_003,
      connection: 7,
      kind: 'lost',
      flags: 0,
      length: 10,
      said: '{"rows":1}',
    },
  ])
  const none = encodeRowsFrame({ id: 4, numbers: [], lengths: [], block: new Uint8Array() })
  expect(decodeRows(none.buffer)).toEqual({ id: 4, rows: [] })
})

/** A cache of a view that has as many rows, and what it asks for. */
class CacheTest {
  size: number
  /** Rows that come in one reply at most. */
  most = pageRows
  readonly asked: (readonly [from: number, count: number])[] = []
  loaded = 0
  isLost = false
  readonly cache: RowCache

  constructor(size: number) {
    this.size = size
    this.cache = new RowCache(
      (from, count) => {
        this.asked.push([from, count])
        if (this.isLost) return Promise.reject(new Error('lost'))
        const length = Math.max(0, Math.min(count, this.most, this.size - from))
        return Promise.resolve(
          Array.from({ length }, (_, index) => ({ number: from + index }) as Row),
        )
      },
      () => this.loaded++,
    )
    this.cache.grow(size)
  }

  /** What is at a place, when all has come that it asks for. */
  async at(place: number): Promise<number | undefined> {
    this.cache.at(place)
    await new Promise(setImmediate)
    return this.cache.at(place)?.number
  }
}

describe('a cache of rows', () => {
  it('asks for what is shown, once, with what is around it', async () => {
    const test = new CacheTest(1_000)
    expect(test.cache.at(130)).toBeUndefined()
    expect(test.cache.at(131)).toBeUndefined()
    expect(await test.at(131)).toBe(131)
    expect(await test.at(255)).toBe(255)
    expect(test.asked).toEqual([[128, 128]])
    expect(test.loaded).toBe(1)
    expect(await test.at(1_000)).toBeUndefined()
    expect(test.asked).toHaveLength(1)
  })

  it('asks only for what is new of a page that grows', async () => {
    const test = new CacheTest(10)
    expect(await test.at(9)).toBe(9)
    test.size = 12
    test.cache.grow(12)
    expect(test.cache.at(9)?.number).toBe(9)
    expect(await test.at(11)).toBe(11)
    expect(await test.at(11)).toBe(11)
    expect(test.asked).toEqual([
      [0, 128],
      [10, 118],
    ])
  })

  it('asks again for what did not fit into a reply', async () => {
    const test = new CacheTest(128)
    test.most = 50
    expect(await test.at(120)).toBeUndefined()
    await test.at(120)
    expect(await test.at(120)).toBe(120)
    expect(test.asked.map(([from]) => from)).toEqual([0, 50, 100])
  })

  it('asks again for what was lost with the connection', async () => {
    const test = new CacheTest(10)
    test.isLost = true
    expect(await test.at(3)).toBeUndefined()
    test.isLost = false
    expect(await test.at(3)).toBe(3)
  })

  it('keeps 64 pages, those that were shown last', async () => {
    const test = new CacheTest(1_000_000)
    for (let page = 0; page < 200; page++) {
      await test.at(page * pageRows)
      test.cache.at(0)
    }
    expect(test.cache.pages).toBe(64)
    expect(test.cache.at(0)?.number).toBe(0)
    const asked = test.asked.length
    expect(await test.at(100 * pageRows)).toBe(100 * pageRows)
    expect(test.asked).toHaveLength(asked + 1)
  })
})

describe('a scroll bar', () => {
  it('is as long as its rows where a browser can show that', () => {
    const map = new ScrollMap(1_000, 20, 400)
    expect(map.canvas).toBe(20_000)
    expect(map.visible).toBe(21)
    expect(map.lastTop).toBe(980)
    expect(map.topAt(2_000)).toBeCloseTo(100)
    expect(map.scrolledAt(980)).toBe(19_600)
  })

  it('reaches each row of a list that is longer', () => {
    const map = new ScrollMap(50_000_000, 22, 500)
    expect(map.canvas).toBe(8_000_000)
    expect(map.topAt(0)).toBe(0)
    expect(map.topAt(map.canvas - 500)).toBe(map.lastTop)
    for (const top of [0, 1, 12_345_678.5, map.lastTop]) {
      expect(map.topAt(map.scrolledAt(top))).toBeCloseTo(top, 3)
    }
  })

  it('stands still where all rows are in sight', () => {
    const map = new ScrollMap(3, 22, 500)
    expect([map.lastTop, map.topAt(100), map.scrolledAt(2)]).toEqual([0, 0, 0])
    expect(new ScrollMap(0, 22, 500).lastTop).toBe(0)
  })
})
