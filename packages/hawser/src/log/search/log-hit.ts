import type { RowKind } from '../format/kinds.js'

/** A place where the bytes that were searched for are. */
export interface LogHit {
  /** The number of the row that it ends in. */
  readonly row: number
  /**
   * Where it begins in that row. Below 0 it begins so many bytes before it, in the rows before it of the same
   * connection and direction.
   */
  readonly at: number
  /** The number of its connection. */
  readonly connection: number
  /** Its direction. */
  readonly kind: RowKind
  /** The time of the row that it ends in, in milliseconds since 1970. */
  readonly time: number
}
