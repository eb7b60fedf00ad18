import { describe, expect, it } from 'vitest'
import { Budget, type BudgetHolder } from '../../src/policy/budget.js'

class Holder implements BudgetHolder {
  readonly evictions: [number, number][] = []
  readonly progressAt: number
  readonly #budget: Budget
  readonly #releases: boolean

  constructor(budget: Budget, progressAt: number, releases = true) {
    this.#budget = budget
    this.progressAt = progressAt
    this.#releases = releases
  }

  evict(used: number, limit: number): void {
    this.evictions.push([used, limit])
    if (this.#releases) this.#budget.hold(this, 0)
  }
}

describe('a budget', () => {
  it('adds up what its holders hold now', () => {
    const budget = new Budget(100)
    const [one, other] = [new Holder(budget, 1), new Holder(budget, 2)]
    budget.hold(one, 30)
    budget.hold(other, 40)
    budget.hold(one, 60)
    expect(budget.used).toBe(100)
    budget.hold(other, 0)
    budget.hold(other, 0)
    expect(budget.used).toBe(60)
    expect([...one.evictions, ...other.evictions]).toEqual([])
  })

  it('evicts who has been without progress the longest, until the rest fits', () => {
    const budget = new Budget(100)
    const holders = [3, 1, 2].map((progressAt) => new Holder(budget, progressAt))
    for (const holder of holders) budget.hold(holder, 30)
    const greedy = new Holder(budget, 4)
    budget.hold(greedy, 70)
    expect(holders.map(({ evictions }) => evictions)).toEqual([[], [[160, 100]], [[130, 100]]])
    expect(budget.used).toBe(100)
  })

  it('evicts who asks, when it is the one without progress', () => {
    const budget = new Budget(100)
    const stalled = new Holder(budget, 1)
    budget.hold(new Holder(budget, 2), 50)
    budget.hold(stalled, 80)
    expect(stalled.evictions).toEqual([[130, 100]])
    expect(budget.used).toBe(50)
  })

  it('evicts nobody for holding less, nor when it has no limit', () => {
    const endless = new Budget(Infinity)
    const holder = new Holder(endless, 1)
    endless.hold(holder, Number.MAX_SAFE_INTEGER)
    endless.hold(holder, 1)
    expect(holder.evictions).toEqual([])
  })

  it('does not go on for ever when who is evicted keeps what it holds', () => {
    const budget = new Budget(100)
    const stubborn = new Holder(budget, 1, false)
    budget.hold(stubborn, 200)
    expect(stubborn.evictions).toEqual([[200, 100]])
  })
})
