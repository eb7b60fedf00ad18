/** A worker that may be handed a connection. */
export interface Candidate {
  /** Connections it has. */
  readonly load: number
  /** Whether it has taken all that it was handed. */
  readonly isIdle: boolean
  /** Whether it should have taken what it was handed long ago. */
  readonly isLate: boolean
  /** When among all it was handed the last one. */
  readonly turn: number
}

/**
 * The one with the fewest connections; of several, the one that was not chosen for the longest. While it
 * is at work, another one may be chosen that has a tenth more.
 *
 * @returns undefined when it is worth waiting
 */
export function chooseSeat<Seat extends Candidate>(seats: readonly Seat[]): Seat | undefined {
  const ranked = seats
    .filter(({ isLate }) => !isLate)
    .sort((one, other) => one.load - other.load || one.turn - other.turn)
  const [least] = ranked
  if (least === undefined) return undefined
  const idle = ranked.find(({ isIdle }) => isIdle)
  if (idle === undefined) return undefined
  return idle.load <= least.load + Math.max(1, least.load / 10) ? idle : undefined
}
