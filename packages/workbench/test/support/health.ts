import type { Browser, CDPSession, Page } from 'playwright-core'

/**
 * How a page fared while it was watched. Processor time is judged, and never how long a thing took:
 * what else the machine does holds a page up, and is not the page's own.
 */
export interface Health {
  /** Processor time of its script over the time that it was watched, from 0 to 1. */
  readonly script: number
  /** Milliseconds of processor time of its longest task. */
  readonly task: number
  /** Bytes that its objects have, garbage not included. */
  readonly heap: number
}

/** Watches the one page of a browser from now on. */
export async function watchHealth(
  browser: Browser,
  page: Page,
): Promise<{ end(): Promise<Health> }> {
  await page.evaluate(() => {
    // A page that shows nothing new has no tasks to be held up.
    const draw = (): unknown => requestAnimationFrame(draw)
    draw()
  })
  const began = performance.now()
  await browser.startTracing(undefined, {
    categories: ['devtools.timeline', 'disabled-by-default-devtools.timeline'],
  })
  return {
    async end() {
      const watched = performance.now() - began
      const { traceEvents } = JSON.parse((await browser.stopTracing()).toString()) as {
        readonly traceEvents: readonly TraceEvent[]
      }
      const tasks = traceEvents.filter(({ name, tdur }) => name === 'RunTask' && tdur !== undefined)
      if (tasks.length === 0) throw new Error('the trace has no tasks')
      return {
        script: scriptOf(traceEvents) / watched,
        task: tasks.reduce((longest, { tdur = 0 }) => Math.max(longest, tdur), 0) / 1_000,
        heap: await heapOf(await page.context().newCDPSession(page)),
      }
    },
  }
}

/** What begins script, as Chromium's timeline names it. */
const scripts = new Set(['EvaluateScript', 'FunctionCall', 'RunMicrotasks', 'v8.callFunction'])

interface TraceEvent {
  readonly name: string
  readonly pid: number
  readonly tid: number
  /** Microseconds, when it began. */
  readonly ts: number
  /** Microseconds, how long it took. */
  readonly dur?: number
  /** Microseconds of processor time. */
  readonly tdur?: number
}

/** @returns milliseconds of processor time; script that other script began counts once */
function scriptOf(events: readonly TraceEvent[]): number {
  const ran = events
    .filter(({ name, tdur }) => scripts.has(name) && tdur !== undefined)
    .toSorted((one, other) => one.ts - other.ts)
  if (ran.length === 0) throw new Error('the trace has no script')
  const until = new Map<string, number>()
  let sum = 0
  for (const { pid, tid, ts, dur = 0, tdur = 0 } of ran) {
    const thread = `${pid} ${tid}`
    if (ts < (until.get(thread) ?? 0)) continue
    until.set(thread, ts + dur)
    sum += tdur
  }
  return sum / 1_000
}

async function heapOf(probe: CDPSession): Promise<number> {
  await probe.send('Performance.enable')
  await probe.send('HeapProfiler.collectGarbage')
  const { metrics } = await probe.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'JSHeapUsedSize')?.value ?? Number.NaN
}
