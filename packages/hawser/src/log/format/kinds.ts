/** What a row is: bytes in either direction, an event, or how much was not logged. */
export type RowKind = 'in' | 'out' | 'event' | 'lost'

/** The numbers of the kinds; unknown ones are of a later version. */
export const kindNumbers: Readonly<Record<RowKind, number>> = { in: 1, out: 2, event: 3, lost: 4 }

const names: readonly (RowKind | undefined)[] = [undefined, 'in', 'out', 'event', 'lost']

/** @returns undefined for a number that this version does not know */
export function kindOf(number: number): RowKind | undefined {
  return names[number]
}

/** What can be said of a row, one bit each: add them up with `|`. */
export const rowFlags = {
  /** The bytes are the plain text of a TLS connection. */
  tls: 1,
  /** Less was stored than was sent. */
  cut: 2,
  /** A mask, a fault or a rule changed the bytes. */
  changed: 4,
  /** A person sent them. */
  byHand: 8,
  /** They were sent again. */
  repeated: 16,
} as const
