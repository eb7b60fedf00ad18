import { valueOf } from '../../callbacks.js'
import { makeConnection } from '../../connection/connection.js'
import { Engine } from '../../connection/engine.js'
import type { ServerConnection } from '../../connection/server-face.js'
import type { ConnectionOwner } from '../../connection/connection-settings.js'
import type { Transport } from '../../transport.js'
import type { ServerSettings } from '../server-settings.js'

/** A connection that has not begun. */
export interface Newcomer<In, Out> {
  readonly engine: Engine<In, Out>
  readonly connection: ServerConnection<In, Out>
  /** What the option `data` threw, if it did. */
  readonly failure: { readonly cause: unknown } | undefined
}

/** Make a connection, with its data. */
export function welcome<In, Out>(
  transport: Transport,
  { settings, data }: ServerSettings<In, Out>,
  owner: ConnectionOwner<In, Out>,
): Newcomer<In, Out> {
  const engine = new Engine(transport, settings, owner)
  const connection = makeConnection(engine) as ServerConnection<In, Out>
  let failure: Newcomer<In, Out>['failure']
  try {
    if (data !== undefined) connection.data = valueOf('data', data(connection))
  } catch (cause) {
    failure = { cause }
    // No handler is to see a connection without its data.
    engine.settings = { ...settings, handler: undefined }
  }
  return { engine, connection, failure }
}
