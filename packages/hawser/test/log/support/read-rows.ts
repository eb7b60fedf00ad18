import { openLog as open, type LogReader, type LogRow, type RowFilter } from 'hawser/log'
import { onTestFinished } from 'vitest'

/** A log for reading, closed when the test ends. */
export async function read(place: string): Promise<LogReader> {
  const log = await open(place)
  onTestFinished(() => log.close())
  return log
}

/** All rows that a filter selects. */
export async function rowsOf(log: LogReader, filter: RowFilter = {}): Promise<LogRow[]> {
  const rows: LogRow[] = []
  for await (const row of log.rows(filter)) rows.push(row)
  return rows
}

/** `1 in hello`, or `1 event open`. */
export function show({ connection, kind, data, event }: LogRow): string {
  return `${connection} ${kind} ${event?.event ?? Buffer.from(data).toString()}`
}
