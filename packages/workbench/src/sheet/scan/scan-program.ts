import { parentPort, workerData } from 'node:worker_threads'
import { openLog } from 'hawser/log'
import { RowTest } from './row-test.js'
import { scan } from './scan.js'
import type { FromScan, ScanTask } from './scan-messages.js'

// Runs in a thread of its own: a regular expression that takes for ever holds up nothing else.

const { path, from, filter, also } = workerData as ScanTask
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
const say = (message: FromScan): void => parentPort?.postMessage(message)

/** Milliseconds between two signs of life: an expression that takes for ever gives none. */
const interval = 500

let next = from
let wanted = from
let wake: (() => void) | undefined
parentPort?.on('message', (nextRow: number) => {
  wanted = Math.max(wanted, nextRow)
  wake?.()
})

setInterval(() => {
  // Rows that are not wanted are passed over in silence, and may be very many.
  if (next < wanted) say({ found: [], next })
}, interval)

try {
  await run()
} catch (error) {
  say({ error: error instanceof Error ? error.message : String(error) })
}

async function run(): Promise<void> {
  const test = new RowTest(filter, also)
  const reader = await openLog(path)
  // From here on it is waited for: a busy machine may take long to begin a thread.
  say({ found: [], next })
  for (;;) {
    if (next < wanted) {
      const { nextRow } = await reader.refresh()
      const to = Math.min(wanted, nextRow)
      for await (const part of scan(reader, test, filter, { from: next, to })) {
        say(part)
        next = part.next
      }
      next = to
    } else {
      await new Promise<void>((resolve) => {
        wake = resolve
      })
    }
  }
}
