import { type Connection, engineOf } from '../connection/connection.js'
import type { Engine } from '../connection/engine.js'

/** The open connections of a server: iterable, and countable. */
export interface Connections<In, Out> extends Iterable<Connection<In, Out>> {
  /** How many are open. */
  readonly size: number
  /** Whether this connection is open on this server. */
  has(connection: Connection<In, Out>): boolean
}

/** What users see of a register of connections. */
export function viewConnections<In, Out>(
  engines: ReadonlySet<Engine<In, Out>>,
): Connections<In, Out> {
  return {
    get size() {
      return engines.size
    },
    has: (connection) => engines.has(engineOf(connection)),
    *[Symbol.iterator]() {
      for (const { connection } of engines) yield connection
    },
  }
}
