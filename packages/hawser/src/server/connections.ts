import type { Connection } from '../connection/connection.js'

/** The open connections of a server: iterable, and countable. */
export interface Connections<In, Out> extends Iterable<Connection<In, Out>> {
  /** How many are open. */
  readonly size: number
  /** Whether this connection is open on this server. */
  has(connection: Connection<In, Out>): boolean
}
