import type { EventEmitter } from 'node:events'
import type { Engine } from '../connection/engine.js'
import type { ConnectionServer, ServerConnection } from '../connection/server-face.js'
import type { HawserError } from '../errors.js'
import type { AcceptorOwner } from './accept/acceptor.js'
import type { Drain } from './drain.js'
import type { ServerEvents } from './server-events.js'
import type { Failures } from './failures.js'
import type { Refusal } from './server-options.js'
import { publishRefuse } from './server-publications.js'

/** A server, as far as it has to do with being told. */
type ServerEmitter<In, Out> = ConnectionServer<In, Out> & EventEmitter<ServerEvents<In, Out>>

/** Brings what the acceptor tells to the server's events, to observers and to the drain. */
export class Reception<In, Out> implements AcceptorOwner<In, Out> {
  readonly server: ServerEmitter<In, Out>
  /** Set when the server begins to close. */
  drain: Drain<In, Out> | undefined
  readonly #failures: Failures<In, Out>

  constructor(server: ServerEmitter<In, Out>, failures: Failures<In, Out>) {
    this.server = server
    this.#failures = failures
  }

  get isHeard(): boolean {
    return this.server.listenerCount('connection') > 0
  }

  connected(connection: ServerConnection<In, Out>): void {
    this.server.emit('connection', connection)
  }

  refused(refusal: Refusal): void {
    publishRefuse(this.server, refusal)
    this.#failures.announce('drop', () => this.server.emit('drop', refusal))
  }

  failed(error: HawserError, connection: ServerConnection<In, Out> | undefined): void {
    this.#failures.note(error, connection)
  }

  closed(engine: Engine<In, Out>): void {
    this.drain?.closed(engine)
  }
}
