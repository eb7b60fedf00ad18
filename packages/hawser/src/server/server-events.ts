import type { EventEmitter } from 'node:events'
import type { ConnectionServer, ServerConnection } from '../connection/server-face.js'
import type { HawserError } from '../errors.js'
import type { AddressInfo } from '../observe/payloads.js'
import type { BackplaneInfo } from '../observe/server-info.js'
import type { Refusal } from './server-options.js'

/** The events of a server, as `node:net` names them. */
export interface ServerEvents<In, Out, Data = unknown> {
  /** An endpoint is listened on; called once for each, with its address. */
  listening: [address: AddressInfo | string]
  /** A connection was accepted; before its handler is called. */
  connection: [connection: ServerConnection<In, Out, Data>]
  /** A connection was refused. */
  drop: [refusal: Refusal]
  /**
   * An endpoint could not be listened on (then `listen` does not reject), or a handler failed and there
   * is no `onError`.
   */
  error: [error: HawserError]
  /** The link to the other nodes of the backplane is lost, or is there again: see `connected`. */
  backplane: [info: BackplaneInfo]
  /** The server begins to close: it accepts nothing more, and its connections are drained. */
  closing: []
  /** The server has closed, and so have all its connections. */
  close: []
}

/** A server, as far as it has to do with being told. */
export type ServerEmitter<In, Out> = ConnectionServer<In, Out> & EventEmitter<ServerEvents<In, Out>>
