import type { Filter } from '../../protocol/filter.js'
import type { Scanned } from './scan.js'

/** What a thread that searches is begun with. From then on it gets the row behind the last one of the log. */
export interface ScanTask {
  readonly path: string
  readonly from: number
  readonly filter: Filter
  /** Patterns beside that of the filter. */
  readonly also: readonly Filter['pattern'][]
}

/** What it says. */
export type FromScan = Scanned | { readonly error: string }
