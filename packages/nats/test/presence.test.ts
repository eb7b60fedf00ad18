import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import { Presence, type PresenceOptions } from '../src/presence.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

function start(options: Partial<PresenceOptions> = {}): {
  presence: Presence
  said: string[]
  overflows: () => number
} {
  const said: string[] = []
  let overflows = 0
  const presence = new Presence({
    nodeId: 'me',
    every: 1_000,
    maxNodes: 2,
    say: (sign, to) => void said.push(to === undefined ? sign : `${sign} to ${to}`),
    overflowed: () => void (overflows += 1),
    ...options,
  })
  presence.begin()
  return { presence, said, overflows: () => overflows }
}

it('a node that is new is greeted, and one that goes is forgotten', () => {
  const { presence, said } = start()
  presence.heard('you', 'hello')
  expect(said).toEqual(['hello', 'here to you'])
  expect(presence.nodes).toEqual(['you'])
  presence.heard('you', 'bye')
  expect(presence.nodes).toEqual([])
})

it('a node that is silent for three turns is gone with the next, and one that speaks stays', () => {
  const { presence, said } = start()
  for (const node of ['crashed', 'alive']) presence.heard(node, 'here')
  vi.advanceTimersByTime(3_000)
  presence.heard('alive', 'here')
  expect(presence.nodes).toEqual(['crashed', 'alive'])
  vi.advanceTimersByTime(1_000)
  expect(presence.nodes).toEqual(['alive'])
  expect(said).toEqual(['hello', 'here', 'here', 'here', 'here'])
})

it('no node is gone while nothing can be heard, nor at once afterwards', () => {
  const { presence } = start()
  presence.heard('you', 'here')
  vi.advanceTimersByTime(2_500)
  presence.pause()
  vi.advanceTimersByTime(60_000)
  presence.begin()
  vi.advanceTimersByTime(3_000)
  expect(presence.nodes).toEqual(['you'])
  vi.advanceTimersByTime(1_000)
  expect(presence.nodes).toEqual([])
})

it('more nodes than may be known are told once for each, and not kept', () => {
  const { presence, overflows } = start()
  for (const node of ['one', 'two', 'three']) presence.heard(node, 'here')
  expect(presence.nodes).toEqual(['one', 'two'])
  expect(overflows()).toBe(1)
})

it('a node ignores itself', () => {
  const { presence } = start()
  presence.heard('me', 'hello')
  expect(presence.nodes).toEqual([])
})

it('without signs of life there is no timer', () => {
  const { presence } = start({ every: Infinity })
  expect(vi.getTimerCount()).toBe(0)
  presence.heard('you', 'here')
  expect(presence.nodes).toEqual(['you'])
  presence.end()
  expect(presence.nodes).toEqual([])
})
