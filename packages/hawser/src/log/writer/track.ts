/** A direction of a connection, or its events: what its next row has to know about the one before. */
export interface Track {
  readonly connection: number
  /** The number of its kind. */
  readonly kind: number
  /** Bytes so far, those that were not stored as well. */
  position: number
  /** The number of its last row; -1 before the first one. */
  last: number
}

/** A track without rows. */
export function createTrack(connection: number, kind: number): Track {
  return { connection, kind, position: 0, last: -1 }
}
