import { describe, expect, it, onTestFinished } from 'vitest'
import { systemClock } from '../../src/connection/time/system-clock.js'
import { turns } from './support/turns.js'

function countTimers(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
}

describe("the system's clock", () => {
  it('calls once when the time has come, and not when it was cancelled', async () => {
    const calls: string[] = []
    const cancelled = systemClock.schedule(() => calls.push('cancelled'), 1, true)
    cancelled.cancel()
    const before = systemClock.now()
    await new Promise<void>((resolve) => {
      systemClock.schedule(resolve, 2, true)
    })
    calls.push('called')
    expect(calls).toEqual(['called'])
    expect(systemClock.now()).toBeGreaterThan(before)
    cancelled.cancel()
  })

  it('starts no timer for Infinity', () => {
    const before = countTimers()
    const timer = systemClock.schedule(() => undefined, Infinity, true)
    expect(countTimers()).toBe(before)
    timer.cancel()
  })

  it('takes delays that the runtime would fire at once', async () => {
    const warnings: string[] = []
    const note = (warning: Error): void => void warnings.push(warning.name)
    process.on('warning', note)
    onTestFinished(() => void process.off('warning', note))
    const calls: string[] = []
    const timer = systemClock.schedule(() => calls.push('called'), 2 ** 40, true)
    await turns()
    expect([warnings, calls]).toEqual([[], []])
    // Counted in one turn: timers of other tests come to their end as well.
    const waiting = countTimers()
    timer.cancel()
    expect(countTimers()).toBe(waiting - 1)
  })

  it('keeps the process alive only for who asks', () => {
    const before = countTimers()
    const idle = systemClock.schedule(() => undefined, 1_000, false)
    expect(countTimers()).toBe(before)
    const needed = systemClock.schedule(() => undefined, 1_000, true)
    expect(countTimers()).toBe(before + 1)
    idle.cancel()
    needed.cancel()
  })
})
