import { engineOf } from '../connection/connection.js'
import type { Engine } from '../connection/engine.js'
import type { Connections, ServerConnection } from '../connection/server-face.js'

/** What users see of a register of connections. */
export function viewConnections<In, Out, Data>(
  engines: ReadonlySet<Engine<In, Out>>,
): Connections<In, Out, Data> {
  return {
    get size() {
      return engines.size
    },
    has: (connection) => engines.has(engineOf(connection)),
    *[Symbol.iterator]() {
      for (const { connection } of engines) yield connection as ServerConnection<In, Out, Data>
    },
  }
}
