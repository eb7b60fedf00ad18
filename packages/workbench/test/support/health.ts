import type { Browser, CDPSession, Page } from 'playwright-core'

/** How a page fared while it was watched. */
export interface Health {
  /** The share of the time in which it ran script, from 0 to 1. */
  readonly script: number
  /** Bytes that its objects have, garbage not included. */
  readonly heap: number
}

/** Watches a page from now on. */
export async function watchHealth(page: Page): Promise<{ end(): Promise<Health> }> {
  const probe = await page.context().newCDPSession(page)
  await probe.send('Performance.enable')
  await page.evaluate(() => {
    // A page that shows nothing new has no tasks to be held up.
    const draw = (): unknown => requestAnimationFrame(draw)
    draw()
  })
  const before = await measure(probe)
  return {
    async end() {
      const after = await measure(probe)
      await probe.send('HeapProfiler.collectGarbage')
      const { heap } = await measure(probe)
      const script = (after.script - before.script) / (after.time - before.time)
      return { script, heap }
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

/** Watches what the pages of a browser take of the processor: what else the machine does holds a task up, and is not its own. */
export async function watchTasks(browser: Browser): Promise<{ end(): Promise<number> }> {
  await browser.startTracing(undefined, {
    categories: ['disabled-by-default-devtools.timeline'],
  })
  return {
    /** @returns milliseconds of processor time of the longest task */
    async end() {
      const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
        readonly traceEvents: readonly TraceEvent[]
      }
      const tasks = traceEvents.filter(({ name, tdur }) => name === 'RunTask' && tdur !== undefined)
      if (tasks.length === 0) throw new Error('the trace has no tasks')
      return tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur), 0) / 1_000
    },
  }
}

interface TraceEvent {
  readonly name: string
  /** Microseconds of processor time. */
  readonly tdur?: number
}
