import { Worker } from 'node:worker_threads'
import type { Filter } from '../../protocol/filter.js'
import type { ScanSink } from './scan.js'
import type { LogFile } from '../file/log-file.js'
import type { FromScan, ScanTask } from './scan-messages.js'

/** Milliseconds between two looks whether a thread that has rows to look at says anything. */
const interval = 1_000
/**
 * Looks in a row without a word: a regular expression may take for ever. They are counted and not the time: a machine
 * that slept for hours finds its searches where they were.
 */
const mostMissed = 5
/** The milliseconds that this makes. */
export const patience: number = mostMissed * interval
/** The compiled file, from the sources as well: a thread cannot be begun with TypeScript. */
const program = new URL('../../../dist/sheet/scan/scan-program.js', import.meta.url)

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
  let hasBegun = false
  let missed = 0
  let isOver = false

  const look = (): void => {
    missed = hasBegun && next < file.nextRow ? missed + 1 : 0
    if (missed <= mostMissed) return
    end(`looking at row ${next} takes longer than ${patience} ms: use a simpler expression`)
  }
  const timer = setInterval(look, interval).unref()
  const grown = (): void => {
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(file.nextRow)
  }
  const unwatch = file.watch(grown)

  function end(why?: string): void {
    if (isOver) return
    isOver = true
    clearInterval(timer)
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
    hasBegun = true
    missed = 0
    next = said.next
    sink.scanned(said)
  })
  worker.on('error', (error: Error) => end(error.message))
  worker.on('exit', () => end('the thread that searches has ended'))
  worker.unref()
  grown()
  return () => end()
}
