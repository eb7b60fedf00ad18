import { tell, valueOf } from '../../callbacks.js'
import { makeConnection } from '../../connection/connection.js'
import type { ConnectionOwner } from '../../connection/connection-settings.js'
import { Engine } from '../../connection/engine.js'
import type { Connection } from '../../connection/face.js'
import { publishOpen } from '../../connection/publications.js'
import type { ConnectionServer, ServerConnection } from '../../connection/server-face.js'
import type { HawserError } from '../../errors.js'
import { checkOptions } from '../../options/check-options.js'
import { ServerTls } from '../../socket/tls/server-tls.js'
import { tlsServerNames, type TlsServerOptions } from '../../tls.js'
import type { Transport } from '../../transport.js'
import type { Drain } from '../drain.js'
import { Groups, type GroupsOwner } from '../groups/groups.js'
import type { ServerCloseOptions } from '../server-options.js'
import type { AcceptParts } from './accept-parts.js'
import { prepareTls } from './prepare-tls.js'

/** Begins the connections that were let in, and is what their engines know of the server. */
export class Keeper<In, Out> implements ConnectionOwner<In, Out>, GroupsOwner<In, Out> {
  readonly groups: Groups<In, Out>
  /** For observers. */
  readonly server: ConnectionServer<In, Out>
  readonly engines: ReadonlySet<Engine<In, Out>>
  readonly #parts: AcceptParts<In, Out>
  #drain: Drain<In, Out> | undefined

  constructor(parts: AcceptParts<In, Out>) {
    this.#parts = parts
    this.server = parts.server
    this.engines = parts.register.engines
    this.groups = new Groups(parts.setup.groups, this)
  }

  /** Whether connections wait for an iteration: there is nothing else that takes them. */
  get mayWait(): boolean {
    const { register, server, setup } = this.#parts
    if (setup.run !== undefined || setup.settings.handler !== undefined) return false
    return register.waiting.isIterated || server.listenerCount('connection') === 0
  }

  /** Let the user's handler have it; or an iteration, in its turn. */
  begin(transport: Transport, mayWait: boolean): void {
    const { register, server, setup } = this.#parts
    const { data, run, settings } = setup
    const engine = new Engine(transport, settings, this)
    const connection = makeConnection(engine) as ServerConnection<In, Out>
    let failure: { readonly cause: unknown } | undefined
    try {
      if (data !== undefined) connection.data = valueOf('data', data(connection))
    } catch (cause) {
      failure = { cause }
      // No handler is to see a connection without its data.
      engine.settings = { ...settings, handler: undefined }
    }
    register.enter(engine)
    publishOpen(engine)
    try {
      if (failure === undefined) server.emit('connection', connection)
    } catch (cause) {
      failure = { cause }
    }
    engine.start()
    if (failure !== undefined) engine.handlerFailed(failure.cause)
    else if (run !== undefined) engine.run(run as (connection: Connection<In, Out>) => unknown)
    else if (mayWait) register.waiting.add(connection)
  }

  /** Let the open ones come to their end. */
  drain(drain: Drain<In, Out>, onDrain: ServerCloseOptions<In, Out>['onDrain']): void {
    this.#drain = drain
    for (const engine of onDrain === undefined ? [] : this.engines) {
      tell(
        () => onDrain?.(engine.connection as ServerConnection<In, Out>),
        (cause) => engine.handlerFailed(cause),
      )
    }
    drain.start(this.engines)
  }

  prepareTls(transport: Transport, options: TlsServerOptions | undefined): () => Promise<void> {
    const { server, setup, tls } = this.#parts
    if (options !== undefined) checkOptions(options, tlsServerNames, 'tls')
    const shown = options === undefined ? tls.current : new ServerTls(options)
    return prepareTls(server, transport, shown, setup.settings.clock)
  }

  failed(error: HawserError, connection?: Connection<In, Out>): void {
    this.#parts.failures.note(error, connection as ServerConnection<In, Out> | undefined)
  }

  linked(): void {
    const { failures, server } = this.#parts
    const { uplink } = this.groups
    if (uplink === undefined) return
    failures.announce('backplane', () => server.emit('backplane', uplink.info))
  }

  closed(connection: Connection<In, Out>): void {
    const { register } = this.#parts
    const engine = register.leave(connection)
    if (engine === undefined) return
    this.groups.closed(engine)
    this.#drain?.closed(engine)
    register.moved()
  }
}
