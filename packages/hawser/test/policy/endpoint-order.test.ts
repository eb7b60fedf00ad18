import { describe, expect, it } from 'vitest'
import { EndpointTurns } from '../../src/policy/endpoint-order.js'

const never = (): number => {
  throw new Error('chance was asked for')
}

describe('the order of endpoints', () => {
  it('first is the order they were written in, each time', () => {
    const turns = new EndpointTurns(['a', 'b', 'c'], 'first', never)
    expect([turns.next(), turns.next()]).toEqual([
      ['a', 'b', 'c'],
      ['a', 'b', 'c'],
    ])
  })

  it('round-robin begins one further on each time, and goes round', () => {
    const turns = new EndpointTurns(['a', 'b', 'c'], 'round-robin', never)
    const taken = Array.from({ length: 4 }, () => turns.next().join(''))
    expect(taken).toEqual(['abc', 'bca', 'cab', 'abc'])
  })

  it('random is what chance says, and has all of them', () => {
    const chances = [0.99, 0, 0]
    const turns = new EndpointTurns(['a', 'b', 'c'], 'random', () => chances.shift() ?? 0)
    expect(turns.next()).toEqual(['c', 'a', 'b'])
  })

  it('random takes each order about as often as any other', () => {
    let state = 1
    const random = (): number => {
      state = (state * 48_271) % 2_147_483_647
      return state / 2_147_483_647
    }
    const turns = new EndpointTurns(['a', 'b', 'c'], 'random', random)
    const seen = new Map<string, number>()
    for (let times = 0; times < 6_000; times += 1) {
      const order = turns.next().join('')
      seen.set(order, (seen.get(order) ?? 0) + 1)
    }
    expect(seen.size).toBe(6)
    for (const count of seen.values()) expect(Math.abs(count - 1_000)).toBeLessThan(150)
  })
})
