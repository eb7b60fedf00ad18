import type { Filter } from '../../protocol/filter.js'
import { WorkbenchError } from '../../workbench-error.js'
import type { RowSource } from '../row-source.js'
import { RowTest } from './row-test.js'
import { scan, scanRecent, type ScanSink } from './scan.js'

/** Scan a log between other work: for filters that compare numbers, or bytes of messages. @returns ends it */
export function scanHere(
  file: RowSource,
  { filter, also }: { readonly filter: Filter; readonly also: readonly Filter['pattern'][] },
  sink: ScanSink,
): () => void {
  const test = new RowTest(filter, also)
  const over = new AbortController()
  let wake: (() => void) | undefined
  const unwatch = file.watch(() => wake?.())

  async function run(): Promise<void> {
    let from = file.firstRow
    while (!over.signal.aborted) {
      const to = file.nextRow
      if (from < to) {
        const recent = file.recent?.(from, to)
        if (recent === undefined) {
          const range = { from, to, signal: over.signal }
          for await (const part of scan(file.reader, test, filter, range)) sink.scanned(part)
        } else sink.scanned(scanRecent(recent, test, to))
        from = to
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve
        })
      }
    }
  }

  run()
    .catch((error: unknown) => {
      if (!over.signal.aborted) sink.failed(error instanceof Error ? error.message : String(error))
    })
    .finally(() => test.close())
  return () => {
    unwatch()
    over.abort(new WorkbenchError('WORKBENCH_NOT_NOW', 'the view is closed'))
    wake?.()
  }
}
