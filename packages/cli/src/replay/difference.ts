/** What there was besides bytes that differ. */
export type DifferenceKind =
  /** A byte is another one. */
  | 'differs'
  /** More came than was recorded. */
  | 'more'
  /** The other side ended before it had sent all. */
  | 'ended'
  /** It reset the connection, which ended in order when it was recorded. */
  | 'reset'
  /** It sent nothing more, or took nothing, for too long. */
  | 'silent'
  /** All came, and it did not end as it did when it was recorded. */
  | 'open'
  /** What came does not fit the framing. */
  | 'framing'

/** The first difference between what was recorded and what came. */
export interface Difference {
  readonly kind: DifferenceKind
  /** Where it is in what was recorded: the number of the byte in its direction, or in its frame. */
  readonly at: number
  /** Where it is in what came, which masks may have shifted. */
  readonly gotAt: number
  /** What was recorded around it: at most 16 bytes, with `column` in front of the one in question. */
  readonly expected: Uint8Array
  readonly got: Uint8Array
  /** How many bytes of each are in front of it. */
  readonly column: number
  /** The number of the frame from 1, where frames are compared. */
  readonly frame?: number | undefined
  /** What else there is to say. */
  readonly why?: string | undefined
}
