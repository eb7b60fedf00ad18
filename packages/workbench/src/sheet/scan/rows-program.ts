import { parentPort, workerData } from 'node:worker_threads'
import { RowTest } from './row-test.js'
import type { RowsPart, RowsTask } from './rows-messages.js'
import { scanRecent } from './scan.js'
import type { FromScan } from './scan-messages.js'

// Runs in a thread of its own, for messages: only the workbench knows where they are, and hands them over.

const { filter, also } = workerData as RowsTask
const test = new RowTest(filter, also)

parentPort?.on('message', ({ rows, next }: RowsPart) => {
  const said: FromScan = scanRecent(rows, test, next)
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
  parentPort?.postMessage(said)
})
