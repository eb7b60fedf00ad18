import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { LogRow } from 'hawser/log'
import { WorkbenchError } from '../../workbench-error.js'
import type { RowSource } from '../row-source.js'
import type { RowsPart, RowsTask } from './rows-messages.js'
import type { ScanSink } from './scan.js'
import type { FromScan } from './scan-messages.js'
import { patience } from './scan-thread.js'

/** Rows, or bytes of them, that are handed over together. */
const mostRows = 512
const mostBytes = 1024 * 1024
/** The compiled file, from the sources as well: a thread cannot be begun with TypeScript. */
const program = new URL('../../../dist/sheet/scan/rows-program.js', import.meta.url)

/** Look at messages in a thread of its own: for a regular expression, which may take for ever. @returns ends it */
export function scanRowsInThread(source: RowSource, task: RowsTask, sink: ScanSink): () => void {
  const worker = new Worker(program, {
    workerData: task,
    resourceLimits: { maxOldGenerationSizeMb: 256 },
  })
  worker.unref()
  const over = new AbortController()
  const { signal } = over
  let wake: (() => void) | undefined
  const unwatch = source.watch(() => wake?.())

  async function run(): Promise<void> {
    let from = source.firstRow
    while (!signal.aborted) {
      const to = source.nextRow
      if (from < to) {
        for await (const part of partsOf(source, { from, to, signal })) await look(part)
        from = to
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  }

  async function look(part: RowsPart): Promise<void> {
    const timely = AbortSignal.any([signal, AbortSignal.timeout(patience)])
    const said = once(worker, 'message', { signal: timely }) as Promise<[FromScan]>
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread has no origin
    worker.postMessage(part)
    const [scanned] = await said.catch((error: unknown) => {
      if (signal.aborted || !timely.aborted) throw error
      const first = part.rows[0]?.number ?? part.next
      throw new Error(
        `looking at message ${first} and those behind it takes longer than ${patience} ms: use a simpler expression`,
      )
    })
    if ('error' in scanned) throw new Error(scanned.error)
    sink.scanned(scanned)
  }

  function end(): void {
    unwatch()
    over.abort(new WorkbenchError('WORKBENCH_NOT_NOW', 'the view is closed'))
    void worker.terminate()
    wake?.()
  }

  const failed = (error: unknown): void => {
    if (signal.aborted) return
    end()
    sink.failed(error instanceof Error ? error.message : String(error))
  }
  worker.on('error', failed)
  run().catch(failed)
  return end
}

async function* partsOf(
  source: RowSource,
  range: { readonly from: number; readonly to: number; readonly signal: AbortSignal },
): AsyncGenerator<RowsPart, void, undefined> {
  let rows: LogRow[] = []
  let bytes = 0
  for await (const row of source.reader.rows(range)) {
    // A copy: its bytes may be a part of a block, all of which would be handed over.
    rows.push({ ...row, data: Uint8Array.from(row.data) })
    bytes += row.data.length
    if (rows.length < mostRows && bytes < mostBytes) continue
    yield { rows, next: row.number + 1 }
    rows = []
    bytes = 0
  }
  yield { rows, next: range.to }
}
