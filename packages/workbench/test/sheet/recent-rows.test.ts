import { expect, it } from 'vitest'
import type { LogRow } from 'hawser/log'
import { RecentRows } from '../../src/sheet/file/recent-rows.js'

function rowsOf(from: number, to: number, size = 1): LogRow[] {
  return Array.from({ length: to - from }, (_, index) => ({
    ...{ number: from + index, time: 0, connection: 1, kind: 'in' as const, flags: 0, source: 0 },
    ...{ position: 0, back: 0, data: new Uint8Array(size), event: undefined },
  }))
}

const numbers = (rows: readonly LogRow[] | undefined): number[] | undefined =>
  rows?.map(({ number }) => number)

it('what came since is there, and nothing from before', () => {
  const recent = new RecentRows(10)
  expect(recent.between(9, 10)).toBeUndefined()
  recent.add(rowsOf(10, 14), 14)
  recent.add(rowsOf(14, 16), 16)
  expect(numbers(recent.between(12, 16))).toEqual([12, 13, 14, 15])
  expect(recent.between(9, 12)).toBeUndefined()
  expect(recent.between(12, 17)).toBeUndefined()
})

it('rows are bounded, and their bytes', () => {
  const recent = new RecentRows(0)
  recent.add(rowsOf(0, 8_000), 8_000)
  recent.add(rowsOf(8_000, 9_000), 9_000)
  expect(recent.between(0, 10)).toBeUndefined()
  expect(recent.between(808, 9_000)).toHaveLength(8_192)
  recent.add(rowsOf(9_000, 9_010, 1024 * 1024), 9_010)
  expect(recent.between(9_005, 9_010)).toBeUndefined()
  expect(numbers(recent.between(9_006, 9_010))).toEqual([9_006, 9_007, 9_008, 9_009])
})

it('after a gap nothing from before it is taken for what is behind it', () => {
  const recent = new RecentRows(0)
  recent.add(rowsOf(0, 10), 10)
  recent.skip(50_000)
  recent.add(rowsOf(50_000, 50_002), 50_002)
  expect(recent.between(5, 50_001)).toBeUndefined()
  expect(numbers(recent.between(50_000, 50_002))).toEqual([50_000, 50_001])
})
