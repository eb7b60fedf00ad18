/** A row of a session log, as far as a script needs it. */
export interface RecordedRow {
  readonly number: number
  /** Milliseconds since 1970, or anything else where the log is a stranger's. */
  readonly time: number
  readonly connection: number
  readonly kind: 'in' | 'out' | 'event' | 'lost'
  readonly flags: number
  /** How many bytes its direction had before it, modulo 2³². */
  readonly position: number
  readonly data: Uint8Array
  readonly event: RecordedEvent | undefined
}

/** Something that happened. */
export interface RecordedEvent {
  readonly event: string
  readonly [name: string]: unknown
}

/** A session log that is read. */
export interface Recording {
  info(): { readonly firstRow: number; readonly connections: number }
  rows(filter: {
    readonly connection?: number
    readonly kinds?: readonly RecordedRow['kind'][]
    readonly from?: number
    readonly signal?: AbortSignal
  }): AsyncGenerator<RecordedRow, void, undefined>
}

/** Where a recorded connection begins. */
export interface Start {
  readonly connection: number
  readonly row: number
  readonly time: number
  /** Whose log it is: in a client's, `in` came from the server. */
  readonly isOfClient: boolean
}

/** Who says what is recorded. */
export type Speaker = 'client' | 'server'

/** Who sent the bytes of a row. */
export function speakerOf(kind: 'in' | 'out', isOfClient: boolean): Speaker {
  return (kind === 'in') === isOfClient ? 'server' : 'client'
}

/** @returns undefined for a row that is no beginning */
export function startOf({ event, connection, number, time }: RecordedRow): Start | undefined {
  if (event?.event !== 'open') return undefined
  return { connection, row: number, time, isOfClient: event['side'] === 'client' }
}
