import fc from 'fast-check'
import { expect, it } from 'vitest'
import { RowSet } from '../../src/sheet/row-set.js'

it('places and rows are what a sorted list says, over the borders of words and chunks', () => {
  const row = fc.oneof(fc.nat(100), fc.integer({ min: 65_500, max: 65_600 }), fc.nat(300_000))
  fc.assert(
    fc.property(
      fc.uniqueArray(row, { maxLength: 200 }),
      fc.nat(300_000),
      fc.nat(50),
      (rows, at, count) => {
        const sorted = rows.toSorted((one, other) => one - other)
        const set = new RowSet()
        for (const each of sorted) set.add(each)
        expect(set.size).toBe(sorted.length)
        expect(set.take(0, sorted.length)).toEqual(sorted)
        const place = Math.min(at, sorted.length)
        expect(set.take(place, count)).toEqual(sorted.slice(place, place + count))
        expect(set.at(place)).toBe(sorted[place])
        expect(set.placeOf(at)).toBe(sorted.filter((each) => each < at).length)
        expect(set.has(at)).toBe(sorted.includes(at))
      },
    ),
    { numRuns: 200, seed: 15 },
  )
})

it('a row that is there already, or lies before the last one, is left out', () => {
  const set = new RowSet()
  for (const row of [5, 5, 3, 70_000]) set.add(row)
  expect(set.take(0, 9)).toEqual([5, 70_000])
})
