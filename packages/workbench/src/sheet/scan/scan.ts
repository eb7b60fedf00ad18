import { setImmediate } from 'node:timers/promises'
import type { LogRow, RowFilter } from 'hawser/log'
import type { Filter } from '../../protocol/filter.js'
import type { RowSource } from '../row-source.js'
import type { RowTest } from './row-test.js'

/** Rows that are looked at between two reports, and two turns of the event loop, and milliseconds that they may take. */
const stride = 4_096
const longest = 100
/** Rows between two looks at the clock. */
const glance = 16

/** A part of a log that was looked at. */
export interface Scanned {
  /** The rows that are in the view. */
  readonly found: readonly number[]
  /** The row behind the last one that was looked at. */
  readonly next: number
}

/** What a scanner calls. */
export interface ScanSink {
  scanned(part: Scanned): void
  failed(message: string): void
}

/** Look at the rows `from` … `to`, and say which are wanted, in parts. */
export async function* scan(
  reader: RowSource['reader'],
  test: RowTest,
  filter: Filter,
  range: { readonly from: number; readonly to: number; readonly signal?: AbortSignal },
): AsyncGenerator<Scanned, void, undefined> {
  let found: number[] = []
  let seen = 0
  let since = performance.now()
  for await (const row of reader.rows({ ...narrow(filter), ...range })) {
    if (test.accepts(row)) found.push(row.number)
    if (++seen % glance > 0) continue
    if (seen < stride && performance.now() - since < longest) continue
    yield { found, next: row.number + 1 }
    found = []
    seen = 0
    await setImmediate()
    since = performance.now()
  }
  yield { found, next: range.to }
}

/** The same for rows that are in memory, which are few. */
export function scanRecent(rows: readonly LogRow[], test: RowTest, next: number): Scanned {
  const found: number[] = []
  for (const row of rows) if (test.accepts(row)) found.push(row.number)
  return { found, next }
}

/** What the reader may leave out by itself. A session shows in events, whatever else is wanted of it. */
function narrow({ connection, session, kinds, events }: Filter): RowFilter {
  if (session !== undefined) return {}
  return {
    ...(connection === undefined ? {} : { connection }),
    ...(events === undefined ? {} : { kinds: ['event'] as const }),
    ...(kinds === undefined ? {} : { kinds }),
  }
}
