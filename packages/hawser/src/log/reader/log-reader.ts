import type { LogHit } from '../search/log-hit.js'
import type { LogRow } from '../blocks/log-row.js'
import type { RowFilter } from '../blocks/row-filter.js'

/** What a log has. */
export interface LogContents {
  /** Its files, the oldest first. */
  readonly files: readonly string[]
  /** The number of the first row: 0, unless older files were deleted. */
  readonly firstRow: number
  /** The number behind the last row. */
  readonly nextRow: number
  /** The time of the first row, in milliseconds since 1970; 0 without rows. */
  readonly from: number
  /** The time of the last row. */
  readonly to: number
  /** The highest number of a connection. */
  readonly connections: number
  /** Bytes that are no whole blocks: what a writer has not finished, or a crash has cut off. */
  readonly unread: number
}

/** How new rows are waited for. */
export interface FollowOptions extends RowFilter {
  /** Milliseconds between two looks at the file, 1 or more. Default 100. */
  readonly every?: number | undefined
}

/** A session log that is read: what `openLog` makes. */
export interface LogReader extends AsyncDisposable {
  /** What it has, as of `openLog`, or of the last `refresh()` or `follow()`. */
  info(): LogContents
  /**
   * The rows that there are, in their order.
   *
   * @throws OptionError, and out of the loop a LogError `HAWSER_LOG_INVALID` for a block that is damaged
   */
  rows(filter?: RowFilter): AsyncGenerator<LogRow, void, undefined>
  /** The same, and then rows as they are written. It ends when the loop is left, or by its signal. */
  follow(options?: FollowOptions): AsyncGenerator<LogRow, void, undefined>
  /**
   * The places where these bytes are, whichever way they were cut into rows, in the order of the rows that they
   * end in. Places that overlap are found as well. A gap in a direction, where rows were lost, ends a place.
   *
   * @param pattern 1 to 4,096 bytes; a text stands for its UTF-8
   * @param filter which rows are searched; `kinds` is `in` and `out` by default
   * @throws OptionError, and out of the loop a LogError `HAWSER_LOG_INVALID` for a block that is damaged
   */
  search(pattern: string | Uint8Array, filter?: RowFilter): AsyncGenerator<LogHit, void, undefined>
  /** Look whether the log has grown. */
  refresh(): Promise<LogContents>
  /** Close the file. May be called again. */
  close(): Promise<void>
  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>
}
