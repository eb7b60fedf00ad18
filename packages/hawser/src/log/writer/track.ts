/** A direction of a connection, or its events: what its next row has to know about the one before. */
export interface Track {
  readonly connection: number
  /** The number of its kind. */
  readonly kind: number
  /** Whose it is, where several write; 0 where one does. */
  readonly source: number
  /** Bytes so far, those that were not stored as well. */
  position: number
  /** The number of its last row; -1 before the first one. */
  last: number
}

/** A track without rows. */
export function createTrack(connection: number, kind: number, source: number): Track {
  return { connection, kind, source, position: 0, last: -1 }
}
