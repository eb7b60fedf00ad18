import type { LogRow } from 'hawser/log'
import type { Filter, Pattern } from '../protocol/filter.js'
import type { Encoding } from '../protocol/text/encoding.js'
import type { FramingOf } from './messages/message-cutter.js'

export type { FramingOf }

/** How far a view is. */
export interface ViewState {
  /** Rows that are in it. */
  readonly rows: number
  /** Rows of the log that were looked at. */
  readonly scanned: number
  /** Rows of the log. */
  readonly total: number
  /** Why the rest of the log is not looked at. */
  readonly error?: string | undefined
}

/** Rows of a view, ready for the page. */
export interface ViewRows {
  readonly numbers: readonly number[]
  readonly lengths: readonly number[]
  /** A block in the format of the session log. */
  readonly block: Uint8Array
}

/** Rows of a view, or bytes of a row. */
export interface Range {
  readonly from: number
  readonly count: number
  /** By `gbk`, rows are marked that begin inside of a character. */
  readonly encoding?: Encoding | undefined
}

/** Where bytes were found. */
export interface Found {
  readonly place: number
  readonly row: number
  readonly at: number
  readonly length: number
}

/** Where a row is. */
export interface Located {
  /** Its place in the view, or that of the next one behind it that is there. */
  readonly place: number
  /** The row of the log that is there. */
  readonly logRow: number
}

/** A log seen through a filter. Places are 0, 1, 2, … in the view; rows are numbers in the log. */
export interface View {
  readonly state: ViewState
  /** Call `listener` when its state changed. */
  watch(listener: () => void): void
  /** At most `count` rows from this place on, each with at most `mostShown` bytes; fewer where they are large. */
  rows(range: Range, signal?: AbortSignal): Promise<ViewRows>
  /** Whether its rows are messages. */
  readonly isOfMessages: boolean
  /** All rows that it has now, with all their bytes. */
  all(signal: AbortSignal): AsyncIterable<LogRow>
  /** Bytes of one row. */
  bytes(row: number, range: Range, signal?: AbortSignal): Promise<ViewRows>
  /** @param isOfLog whether `row` is one of the log, in a view of messages */
  locate(row: number, isOfLog?: boolean): Located
  /** The next place from `from` on, or before it, where these bytes are. */
  find(
    pattern: Pattern,
    from: number,
    backwards: boolean,
    signal?: AbortSignal,
  ): Promise<Found | undefined>
  close(): void
}

/** The logs that are looked at. */
export interface Sheet {
  /**
   * @param path the file of a log: that of the workbench, or of a file session
   * @param framingOf for a view of the messages that are in its rows, numbered on their own: the framing of each session
   * @returns rejects with a `WorkbenchError` for what is no log
   */
  open(path: string, filter: Filter, framingOf?: FramingOf): Promise<View>
  close(): Promise<void>
}
