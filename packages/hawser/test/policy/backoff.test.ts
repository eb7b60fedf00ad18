import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Backoff } from '../../src/policy/backoff.js'
import { runs } from '../../../../test/support/property-runs.js'

/** The largest that `random` may answer. */
const almostOne = (): number => 1 - Number.EPSILON / 2

describe('backoff', () => {
  it('waits at most 100 ms, then twice that each time, and never more than 30 s', () => {
    const backoff = new Backoff({}, almostOne)
    const waits = Array.from({ length: 12 }, () => Math.round(backoff.failed(0)))
    expect(waits.slice(0, 5)).toEqual([100, 200, 400, 800, 1_600])
    expect(waits.slice(-4)).toEqual([25_600, 30_000, 30_000, 30_000])
    expect(backoff.failures).toBe(12)
  })

  it('forgets the failures when it had worked for 10 s, and not before', () => {
    const backoff = new Backoff({}, almostOne)
    for (const worked of [0, 0, 9_999]) backoff.failed(worked)
    expect(Math.round(backoff.failed(10_000))).toBe(100)
    expect(backoff.failures).toBe(1)
    backoff.failed(0)
    backoff.reset()
    expect(backoff.failures).toBe(0)
    expect(backoff.bound).toBe(100)
  })

  it('stays finite however often it fails', () => {
    const backoff = new Backoff({}, almostOne)
    for (let times = 0; times < 5_000; times += 1) backoff.failed(0)
    expect(backoff.bound).toBe(30_000)
  })

  it('draws each wait from all of 0 to the bound', () => {
    const options = fc.record({
      initial: fc.integer({ min: 1, max: 1_000 }),
      max: fc.integer({ min: 1_000, max: 60_000 }),
      factor: fc.double({ min: 1, max: 4, noNaN: true }),
      resetAfter: fc.integer({ min: 1, max: 60_000 }),
    })
    const draws = fc.array(fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }))
    fc.assert(
      fc.property(options, draws, (chosen, values) => {
        let value = 0
        const backoff = new Backoff(chosen, () => value)
        for (value of values) {
          const { bound } = backoff
          expect(bound).toBeLessThanOrEqual(chosen.max)
          expect(bound).toBeGreaterThanOrEqual(chosen.initial)
          expect(backoff.failed(0)).toBe(value * bound)
        }
      }),
      runs(100),
    )
  })
})
