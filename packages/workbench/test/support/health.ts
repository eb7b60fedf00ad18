import type { CDPSession, Page } from 'playwright-core'

/** How a page fared while it was watched. */
export interface Health {
  /** The share of the time in which it ran script, from 0 to 1. */
  readonly script: number
  /** Bytes that its objects have, garbage not included. */
  readonly heap: number
  /** Milliseconds of its longest task; 0 when none took 50. */
  readonly longestTask: number
}

declare global {
  /** Of a page that is watched. */
  var longestTask: number
}

/** Watches a page from now on. */
export async function watchHealth(page: Page): Promise<{ end(): Promise<Health> }> {
  const probe = await page.context().newCDPSession(page)
  await probe.send('Performance.enable')
  await page.evaluate(() => {
    globalThis.longestTask = 0
    new PerformanceObserver((list) => {
      for (const { duration } of list.getEntries()) {
        globalThis.longestTask = Math.max(globalThis.longestTask, duration)
      }
    }).observe({ entryTypes: ['longtask'] })
    // A page that shows nothing new has no tasks to be held up.
    const draw = (): unknown => requestAnimationFrame(draw)
    draw()
  })
  const before = await measure(probe)
  return {
    async end() {
      const after = await measure(probe)
      const longestTask = await page.evaluate(() => globalThis.longestTask)
      await probe.send('HeapProfiler.collectGarbage')
      const { heap } = await measure(probe)
      const script = (after.script - before.script) / (after.time - before.time)
      return { script, heap, longestTask }
    },
  }
}

async function measure(
  probe: CDPSession,
): Promise<{ readonly time: number; readonly script: number; readonly heap: number }> {
  const { metrics } = await probe.send('Performance.getMetrics')
  const values = new Map(metrics.map(({ name, value }) => [name, value]))
  const of = (name: string): number => values.get(name) ?? Number.NaN
  return { time: of('Timestamp'), script: of('ScriptDuration'), heap: of('JSHeapUsedSize') }
}
