import type { LogReader, LogRow } from 'hawser/log'

/** Rows that a view looks at: those of a log, or the messages that are cut out of them. */
export interface RowSource {
  readonly firstRow: number
  /** The number behind the last one. */
  readonly nextRow: number
  /** Why there are no more. */
  readonly error?: string | undefined
  readonly reader: Pick<LogReader, 'rows'>
  /** All rows `from` … `to`, if they are in memory. */
  recent?(from: number, to: number): readonly LogRow[] | undefined
  /** Call `listener` when there are more. @returns ends it */
  watch(listener: () => void): () => void
  /** The row of the log that one ends in. */
  logRowOf(row: number): number
  /** The first one that ends in a row of the log, or behind it. */
  fromLogRow(logRow: number): number
}
