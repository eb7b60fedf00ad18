/**
 * What the primary of `serve --workers` and its workers say to each other beside what the library says.
 * Each message has the key `serve`, and the library's have `hawser`.
 */

/** What the primary says to a worker. */
export type Order =
  /** Send what was typed to one client, or to all. */
  | {
      readonly serve: 'send'
      readonly order: number
      readonly bytes: Uint8Array
      readonly id: number | undefined
    }
  /** The terminal has so many columns now. */
  | { readonly serve: 'width'; readonly columns: number }

/** What a worker says to the primary. */
export type Report =
  /** It was sent to so many. */
  | { readonly serve: 'sent'; readonly order: number; readonly reached: number }
  /** It has clients, or none. */
  | { readonly serve: 'occupied'; readonly isOccupied: boolean }

/** Holds the columns of the primary's terminal, if it has one. */
export const columnsVariable = 'HAWSER_COLUMNS'

/** Whether a message between the processes is one of these. */
export function isOrder(message: unknown): message is Order | Report {
  return typeof message === 'object' && message !== null && 'serve' in message
}
