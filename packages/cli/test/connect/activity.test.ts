import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { Activity } from '../../src/connect/activity.js'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

/** How many milliseconds pass until it rests, with what happens at some of them. */
async function restsAfter(
  activity: Activity,
  wait: number,
  events: Readonly<Record<number, () => void>> = {},
): Promise<number | undefined> {
  let end: number | undefined
  let now = 0
  void activity.rests(wait).then(() => (end = now))
  for (; now <= 1_000 && end === undefined; now += 1) {
    events[now]?.()
    await vi.advanceTimersByTimeAsync(1)
  }
  return end
}

describe('an activity', () => {
  it('rests when nothing has happened for so long', async () => {
    expect(await restsAfter(new Activity(), 0)).toBe(0)
    expect(await restsAfter(new Activity(), 100)).toBe(99)
    const activity = new Activity()
    expect(await restsAfter(activity, 100, { 50: () => activity.touch() })).toBe(149)
  })

  it('does not rest while something is under way', async () => {
    const activity = new Activity()
    activity.begin()
    expect(await restsAfter(activity, 100, { 300: () => activity.end() })).toBe(399)
    expect(await restsAfter(activity, Infinity)).toBeUndefined()
  })

  it('rests at once when nothing can happen any more', async () => {
    const activity = new Activity()
    expect(await restsAfter(activity, Infinity, { 7: () => activity.over() })).toBe(7)
    expect(await restsAfter(activity, 100)).toBe(0)
  })
})
