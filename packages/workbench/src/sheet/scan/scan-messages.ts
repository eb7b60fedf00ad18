import type { LogRow } from 'hawser/log'
import type { Filter } from '../../protocol/filter.js'
import type { Scanned } from './scan.js'

/** What a search looks for, and where. */
export interface ScanTask {
  /** The log, or that rows are handed over: only the workbench knows where messages are. */
  readonly path: string | undefined
  readonly from: number
  readonly filter: Filter
  /** Patterns beside that of the filter. */
  readonly also: readonly Filter['pattern'][]
}

/** What a thread that searches is begun with. */
export interface ScanThreadData {
  /** The number of the search that it is at, in 32 bits: one that blocks the thread can say nothing. */
  readonly current: SharedArrayBuffer
}

/** To a thread that searches: about one of its searches. */
export type ToScan = { readonly search: number } & (
  | { readonly begin: ScanTask }
  /** The row behind the last one of the log. */
  | { readonly grown: number }
  /** Rows to look at, and the number behind the last one. */
  | { readonly rows: readonly LogRow[]; readonly next: number }
  | { readonly end: true }
)

/** From it: of one of its searches, or that it lives. */
export type FromScan =
  | ({ readonly search: number } & Scanned)
  | { readonly search: number; readonly error: string }
  | { readonly lives: true }
