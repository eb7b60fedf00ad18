import type { LogRow } from 'hawser/log'
import type { Filter } from '../../protocol/filter.js'

/** What a thread that is handed rows is begun with. */
export interface RowsTask {
  readonly filter: Filter
  /** Patterns beside that of the filter. */
  readonly also: readonly Filter['pattern'][]
}

/** Rows to look at, and the number behind the last one. */
export interface RowsPart {
  readonly rows: readonly LogRow[]
  readonly next: number
}
