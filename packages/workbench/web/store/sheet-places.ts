import type { Push } from '../../src/protocol/replies.js'
import type { OpenView } from './open-view.js'

/** How far a view is. */
export type ViewPush = Extract<Push, { readonly push: 'view' }>

/** Where the list is asked to go. */
export interface Jump {
  readonly place: number
  /** Counts the jumps, so that going to one place twice is two of them. */
  readonly turn: number
}

/** Bytes of a row of the view. */
export interface Found {
  readonly row: number
  readonly from: number
  readonly to: number
}

/** A row that a view is asked for before it has looked as far. */
export interface Wanted {
  readonly row: number
  /** Whether it is one of the log, and what ends in it is looked at closely. */
  readonly isOfLog: boolean
  /** Whether the sheet goes on following. */
  readonly isStill?: boolean
}

/**
 * Where a row is that is wanted, and its number in the view where that is another one.
 *
 * @param size rows of the view
 * @returns undefined while messages are still being looked for
 */
export async function locateWanted(
  view: OpenView,
  { row, isOfLog }: Wanted,
  size: number,
): Promise<{ readonly place: number; readonly number?: number | undefined } | undefined> {
  const { place } = await view.locate(row, isOfLog)
  if (!isOfLog) return { place }
  if (place >= size) return undefined
  const [found] = await view.rows({ from: place, count: 1 })
  return { place, number: found?.number }
}
