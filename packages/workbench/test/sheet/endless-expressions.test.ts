import { setImmediate as nextTurn } from 'node:timers/promises'
import { expect, it, onTestFinished, vi } from 'vitest'
import type { View } from '../../src/sheet/sheet.js'
import { createBoth, lookedAt } from '../support/logs.js'

/** A log with a message that `^(a+)+$` takes for ever for, and a clock that stands still. */
async function openLog(regex: string): Promise<View> {
  const { log, sheet, file } = await createBoth()
  log.open().in(new TextEncoder().encode(`${'a'.repeat(64)}!`))
  await log.flush()
  vi.useFakeTimers({ toFake: ['setTimeout', 'setInterval', 'clearTimeout', 'clearInterval'] })
  onTestFinished(() => void vi.useRealTimers())
  return sheet.open(file, { pattern: { as: 'regex', regex } })
}

it('an expression that takes for ever is given up, with what to do', async () => {
  const view = await openLog('^(a+)+$')
  while (view.state.error === undefined) {
    vi.advanceTimersByTime(1_000)
    await nextTurn()
  }
  expect(view.state).toMatchObject({ rows: 0, scanned: 0, total: 2 })
  expect(view.state.error).toMatch(/looking at row 0 takes longer than 5000 ms: use a simpler/)
})

it('a machine that is too busy to begin a search is no expression that takes for ever', async () => {
  const view = await openLog('a!')
  vi.advanceTimersByTime(3_600_000)
  await lookedAt(view, 2)
  expect(view.state).toMatchObject({ rows: 1, error: undefined })
})
