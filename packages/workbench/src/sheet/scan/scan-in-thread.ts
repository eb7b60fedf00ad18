import type { LogRow } from 'hawser/log'
import type { Filter } from '../../protocol/filter.js'
import { WorkbenchError } from '../../workbench-error.js'
import type { LogFile } from '../file/log-file.js'
import type { RowSource } from '../row-source.js'
import type { ScanPool } from './scan-pool.js'
import type { ScanSink } from './scan.js'

/** Rows, or bytes of them, that are handed over together. */
const mostRows = 512
const mostBytes = 1024 * 1024

interface Task {
  readonly filter: Filter
  readonly also: readonly Filter['pattern'][]
}

/** Scan a log in a thread: for filters that look at bytes. @returns ends it */
export function scanInThread(
  pool: ScanPool,
  file: LogFile,
  task: Task,
  sink: ScanSink,
): () => void {
  const failed = (why: string): void => {
    unwatch()
    sink.failed(why)
  }
  const search = pool.begin(
    { path: file.path, from: file.firstRow, ...task },
    { scanned: (part) => sink.scanned(part), failed },
  )
  const unwatch = file.watch(() => search.grown(file.nextRow))
  search.grown(file.nextRow)
  return () => {
    unwatch()
    pool.end(search)
  }
}

/** Look at messages in a thread: for a regular expression, which may take for ever. @returns ends it */
export function scanRowsInThread(
  pool: ScanPool,
  source: RowSource,
  task: Task,
  sink: ScanSink,
): () => void {
  const over = new AbortController()
  let round = new AbortController()
  let wake: (() => void) | undefined
  const unwatch = source.watch(() => wake?.())
  const search = pool.begin(
    { path: undefined, from: source.firstRow, ...task },
    {
      scanned(part) {
        sink.scanned(part)
        wake?.()
      },
      failed: (why) => fail(new Error(why)),
      anew() {
        round.abort()
        wake?.()
      },
    },
  )

  /** A round is all of it; another one begins when its thread had to be replaced. */
  async function run(): Promise<void> {
    while (!over.signal.aborted) {
      round = new AbortController()
      await runRound(AbortSignal.any([over.signal, round.signal])).catch((error: unknown) => {
        if (!round.signal.aborted) throw error
      })
    }
  }

  async function runRound(signal: AbortSignal): Promise<void> {
    let from = source.firstRow
    for (;;) {
      const to = source.nextRow
      for await (const part of partsOf(source, { from, to, signal })) {
        search.hand(part.rows, part.next)
        while (search.next < part.next) await news(signal)
      }
      from = to
      while (source.nextRow === from) await news(signal)
    }
  }

  /** @returns rejects when there will be none */
  async function news(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      wake = resolve
    })
    signal.throwIfAborted()
  }

  function end(): void {
    unwatch()
    over.abort(new WorkbenchError('WORKBENCH_NOT_NOW', 'the view is closed'))
    pool.end(search)
    wake?.()
  }

  function fail(error: unknown): void {
    if (over.signal.aborted) return
    end()
    sink.failed(error instanceof Error ? error.message : String(error))
  }

  run().catch(fail)
  return end
}

async function* partsOf(
  source: RowSource,
  range: { readonly from: number; readonly to: number; readonly signal: AbortSignal },
): AsyncGenerator<{ rows: LogRow[]; next: number }, void, undefined> {
  let rows: LogRow[] = []
  let bytes = 0
  if (range.from >= range.to) return
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
