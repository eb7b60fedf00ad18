import { setImmediate } from 'node:timers/promises'
import { parentPort, workerData } from 'node:worker_threads'
import type { FromScan, ScanThreadData, ToScan } from './scan-messages.js'
import { createSearch, type ThreadSearch } from './thread-search.js'

// Runs in a thread of its own: a regular expression that takes for ever holds up nothing but this thread.

const current = new Int32Array((workerData as ScanThreadData).current)
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const say = (message: FromScan): void => parentPort?.postMessage(message)

/** Milliseconds between two signs of life: an expression that takes for ever gives none. */
const interval = 500

const searches = new Map<number, ThreadSearch>()
const over: ThreadSearch[] = []
let hasNews = false
let wake: (() => void) | undefined

parentPort?.on('message', (said: ToScan) => {
  const search = searches.get(said.search)
  if ('begin' in said) begin(said.search, said.begin)
  else if ('end' in said) end(said.search)
  else search?.take(said)
  hasNews = true
  wake?.()
})

// Rows that are not wanted are passed over in silence, and may be very many.
setInterval(() => say({ lives: true }), interval)

for (;;) {
  hasNews = false
  let isBusy = false
  for (const [number, search] of searches) {
    Atomics.store(current, 0, number)
    if (await step(number, search)) isBusy = true
    // What is said meanwhile is heard.
    await setImmediate()
  }
  for (const search of over.splice(0)) await search.close().catch(() => undefined)
  if (isBusy || hasNews) continue
  await new Promise<void>((resolve) => {
    wake = resolve
  })
}

function begin(number: number, task: Parameters<typeof createSearch>[0]): void {
  try {
    searches.set(number, createSearch(task))
  } catch (error) {
    fail(number, error)
  }
}

function end(number: number): void {
  const search = searches.get(number)
  searches.delete(number)
  if (search !== undefined) over.push(search)
}

/** @returns whether it had anything to look at */
async function step(number: number, search: ThreadSearch): Promise<boolean> {
  try {
    const part = await search.step()
    if (part !== undefined && searches.has(number)) say({ search: number, ...part })
    return part !== undefined
  } catch (error) {
    fail(number, error)
    return false
  }
}

function fail(number: number, error: unknown): void {
  end(number)
  say({ search: number, error: error instanceof Error ? error.message : String(error) })
}
