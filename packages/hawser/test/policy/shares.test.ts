import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Shares } from '../../src/policy/shares.js'

/** Holders that note what they are told. */
function share(total: number): {
  shares: Shares<string>
  granted: Map<string, number>
  scarce: Map<string, boolean>
} {
  const granted = new Map<string, number>()
  const scarce = new Map<string, boolean>()
  const shares = new Shares<string>(total, {
    granted: (holder, count) => granted.set(holder, (granted.get(holder) ?? 0) + count),
    scarce: (holder, isScarce) => scarce.set(holder, isScarce),
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

  it('is never exceeded, and nobody waits while there is some', () => {
    const holder = fc.constantFrom('a', 'b', 'c')
    const count = fc.integer({ min: 1, max: 20 })
    const step = fc.oneof(
      fc.record({ act: fc.constant('want' as const), holder, count }),
      fc.record({ act: fc.constant('give' as const), holder, count }),
      fc.record({ act: fc.constant('gone' as const), holder, count }),
    )
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 50 }), fc.array(step), (total, steps) => {
        const { shares } = share(total)
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
    )
  })
})
