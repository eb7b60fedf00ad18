import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Shares } from '../../src/policy/shares.js'
import { runs } from '../../../../test/support/property-runs.js'

/** Holders that note what they are told. */
function share(
  total: number,
  expected = 0,
): {
  shares: Shares<string>
  granted: Map<string, number>
  scarce: Map<string, boolean>
} {
  const granted = new Map<string, number>()
  const scarce = new Map<string, boolean>()
  const shares = new Shares<string>(total, expected, {
    granted: (holder, count) => granted.set(holder, (granted.get(holder) ?? 0) + count),
    scarce: (holder, isScarce) => scarce.set(holder, isScarce),
    stays: (holder) => expected > 0 && !holder.startsWith('old'),
  })
  return { shares, granted, scarce }
}

describe('a limit that several share', () => {
  it('is had by whoever asks, until there is no more', () => {
    const { shares, granted } = share(10)
    shares.want('a', 6)
    shares.want('b', 6)
    expect([...granted]).toEqual([
      ['a', 6],
      ['b', 4],
    ])
    expect(shares.state).toEqual({ total: 10, free: 0 })
  })

  it('is scarce while somebody waits, and what is given back goes to who waited longest', () => {
    const { shares, granted, scarce } = share(10)
    shares.want('a', 10)
    shares.want('b', 3)
    shares.want('c', 3)
    expect(scarce.get('a')).toBe(true)
    shares.giveBack('a', 4)
    expect(granted.get('b')).toBe(3)
    expect(granted.get('c')).toBe(1)
    expect(scarce.get('a')).toBe(true)
    shares.giveBack('a', 5)
    expect(granted.get('c')).toBe(3)
    expect(scarce.get('a')).toBe(false)
    expect(shares.state.free).toBe(3)
  })

  it('is free again when a holder is gone', () => {
    const { shares, granted } = share(4)
    shares.want('a', 4)
    shares.want('b', 2)
    shares.gone('a')
    expect(granted.get('b')).toBe(2)
    expect(shares.has('a')).toBe(false)
    expect(shares.state.free).toBe(2)
  })

  it('takes nothing back that was not held', () => {
    const { shares } = share(4)
    shares.want('a', 2)
    shares.giveBack('a', 9)
    shares.giveBack('nobody', 9)
    expect(shares.state).toEqual({ total: 4, free: 4 })
  })

  it('shrinks as soon as enough was given back', () => {
    const { shares, scarce } = share(10)
    shares.want('a', 8)
    shares.resize(4)
    expect(scarce.get('a')).toBe(true)
    expect(shares.state.free).toBe(-4)
    shares.giveBack('a', 5)
    expect(scarce.get('a')).toBe(false)
    expect(shares.state).toEqual({ total: 4, free: 1 })
  })

  it('is all handed out, evenly, but for what is kept for those still to come', () => {
    const { shares, granted } = share(100, 2)
    shares.want('a', 20)
    expect([granted.get('a'), shares.state.free]).toEqual([50, 50])
    shares.want('b', 50)
    shares.giveBack('a', 30)
    expect([shares.heldBy('a'), shares.heldBy('b'), shares.state.free]).toEqual([50, 50, 0])
  })

  it('goes from one that leaves to those that stay', () => {
    const { shares } = share(101, 2)
    shares.want('old', 60)
    shares.want('a', 30)
    shares.want('b', 30)
    shares.giveBack('old', 40)
    expect(['old', 'a', 'b'].map((each) => shares.heldBy(each))).toEqual([20, 41, 40])
    shares.gone('old')
    expect(['a', 'b'].map((each) => shares.heldBy(each))).toEqual([50, 51])
    expect(shares.state.free).toBe(0)
  })

  it('is never exceeded, and nobody waits while there is some', () => {
    const holder = fc.constantFrom('a', 'b', 'c')
    const count = fc.integer({ min: 1, max: 20 })
    const limit = fc.integer({ min: 0, max: 50 })
    const expected = fc.integer({ min: 0, max: 4 })
    const step = fc.oneof(
      fc.record({ act: fc.constant('want' as const), holder, count }),
      fc.record({ act: fc.constant('give' as const), holder, count }),
      fc.record({ act: fc.constant('gone' as const), holder, count }),
    )
    fc.assert(
      fc.property(limit, expected, fc.array(step), (total, workers, steps) => {
        const { shares } = share(total, workers)
        const waiting = new Map<string, number>()
        for (const { act, holder: who, count: many } of steps) {
          const before = shares.heldBy(who)
          if (act === 'want') {
            shares.want(who, many)
            waiting.set(who, many)
          } else if (act === 'give') shares.giveBack(who, many)
          else shares.gone(who)
          if (act === 'gone') waiting.delete(who)
          else if (act === 'want') expect(shares.heldBy(who)).toBeGreaterThanOrEqual(before)
          const held = ['a', 'b', 'c'].reduce((sum, each) => sum + shares.heldBy(each), 0)
          expect(held + shares.state.free).toBe(total)
          expect(shares.state.free).toBeGreaterThanOrEqual(0)
        }
      }),
      runs(100),
    )
  })
})
