import { expect, it, onTestFinished, vi } from 'vitest'
import { Pushes } from '../../src/desk/pushes.js'
import type { Push } from '../../src/protocol/replies.js'
import { FakePage } from '../support/desk.js'

it('what takes long to be said is said less often', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
  let now = 0
  const clock = vi.spyOn(performance, 'now').mockImplementation(() => now)
  onTestFinished(() => {
    vi.useRealTimers()
    clock.mockRestore()
  })
  const page = new FakePage()
  const pushes = new Pushes(page)
  let cost = 0
  const changed = (): void => {
    pushes.push('sessions', 100, (): Push => {
      now += cost
      return { push: 'sessions', sessions: [] }
    })
  }
  const saidIn = (milliseconds: number): number => {
    const before = page.got.length
    for (let passed = 0; passed < milliseconds; passed += 10) {
      changed()
      now += 10
      vi.advanceTimersByTime(10)
    }
    return page.got.length - before
  }
  expect(saidIn(1_000)).toBeGreaterThanOrEqual(9)
  cost = 50
  expect(saidIn(10_000)).toBeLessThanOrEqual(11)
  cost = 0
  // The next time it is quick it is as before.
  saidIn(3_000)
  expect(saidIn(1_000)).toBeGreaterThanOrEqual(9)
  pushes.close()
})
