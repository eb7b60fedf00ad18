import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isPaused } from '../../src/policy/limit-pause.js'
import { runs } from '../../../../test/support/property-runs.js'

describe('accepting stands still', () => {
  it('from the limit on, until a tenth of it is free', () => {
    let paused = false
    const seen: [number, boolean][] = []
    for (const open of [98, 99, 100, 99, 91, 90, 91, 99, 100, 101, 90]) {
      paused = isPaused(paused, open, 100)
      seen.push([open, paused])
    }
    expect(seen).toEqual([
      [98, false],
      [99, false],
      [100, true],
      [99, true],
      [91, true],
      [90, false],
      [91, false],
      [99, false],
      [100, true],
      [101, true],
      [90, false],
    ])
  })

  it.each([
    [1, 0],
    [2, 1],
    [3, 2],
    [9, 8],
    [10, 9],
    [11, 9],
    [20, 18],
  ])('under a limit of %i until %i are open', (limit, open) => {
    expect(isPaused(true, open, limit)).toBe(false)
    expect(isPaused(true, open + 1, limit)).toBe(true)
  })

  it('never without a limit, and always under a limit of none', () => {
    expect(isPaused(true, 1_000_000, Infinity)).toBe(false)
    expect(isPaused(false, 0, 0)).toBe(true)
  })

  it('never where nobody is open and somebody may be', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1_000_000 }), fc.boolean(), (limit, was) => {
        expect(isPaused(was, 0, limit)).toBe(false)
      }),
      runs(100),
    )
  })
})
