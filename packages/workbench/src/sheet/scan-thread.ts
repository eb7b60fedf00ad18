import { Worker } from 'node:worker_threads'
import type { Filter } from '../protocol/filter.js'
import type { ScanSink } from './found-places.js'
import type { LogFile } from './file/log-file.js'
import type { FromScan, ScanTask } from './scan-messages.js'

/** Milliseconds without a word of a thread that has rows to look at: a regular expression may take for ever. */
const patience = 5_000
/** The compiled file, from the sources as well: a thread cannot be begun with TypeScript. */
const program = new URL('../../dist/sheet/scan-program.js', import.meta.url)

/** Scan a log in a thread of its own: for filters that look at bytes. @returns ends it */
export function scanInThread(
  file: LogFile,
  task: { readonly filter: Filter; readonly also: readonly Filter['pattern'][] },
  sink: ScanSink,
): () => void {
  const workerData: ScanTask = { path: file.path, from: file.firstRow, ...task }
  const worker = new Worker(program, {
    workerData,
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  })
  let next = file.firstRow
  let timer: NodeJS.Timeout | undefined
  let isOver = false

  const wait = (): void => {
    clearTimeout(timer)
    if (isOver || next >= file.nextRow) return
    timer = setTimeout(() => {
      end(`looking at row ${next} takes longer than ${patience} ms: use a simpler expression`)
    }, patience)
  }
  const grown = (): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(file.nextRow)
    if (timer === undefined) wait()
  }
  const unwatch = file.watch(grown)

  function end(why?: string): void {
    if (isOver) return
    isOver = true
    clearTimeout(timer)
    unwatch()
    void worker.terminate()
    if (why !== undefined) sink.failed(why)
  }

  worker.on('message', (said: FromScan) => {
    if (isOver) return
    if ('error' in said) {
      end(said.error)
      return
    }
    next = said.next
    clearTimeout(timer)
    timer = undefined
    wait()
    sink.scanned(said)
  })
  worker.on('error', (error: Error) => end(error.message))
  worker.on('exit', () => end('the thread that searches has ended'))
  worker.unref()
  grown()
  return () => end()
}
