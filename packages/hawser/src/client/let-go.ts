import { engineOf } from '../connection/connection.js'
import type { Connection } from '../connection/face.js'

/** End a connection at once. One that only waits for the peer's end has lost nothing: no reset then. */
export function letGo<In, Out>(connection: Connection<In, Out>, error?: Error): void {
  const engine = engineOf(connection)
  if (engine.lingers) engine.lingered()
  else connection.reset({ error })
}
