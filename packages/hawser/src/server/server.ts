import { captureRejectionSymbol, EventEmitter } from 'node:events'
import process from 'node:process'
import { engineOf } from '../connection/connection.js'
import type { Connection } from '../connection/face.js'
import { handled, ignore } from '../promises.js'
import type {
  BroadcastOptions,
  CloseResult,
  Connections,
  ConnectionServer,
  Group,
  ServerConnection,
} from '../connection/server-face.js'
import { ListenError, StateError } from '../errors.js'
import { checkOptions } from '../options/check-options.js'
import type { RefusalCounts } from '../policy/connection-limit.js'
import type { Endpoint } from '../socket/endpoint.js'
import type { AddressInfo } from '../observe/payloads.js'
import { tlsServerNames, type TlsServerOptions } from '../tls.js'
import { Acceptor } from './accept/acceptor.js'
import { Closing } from './closing.js'
import { viewConnections } from './connections.js'
import { Endpoints, listOf } from './endpoints.js'
import type { ServerEvents } from './server-events.js'
import { Failures } from './failures.js'
import { describeServer } from './describe-server.js'
import type { ServerInfo } from '../observe/server-info.js'
import {
  type AccessLists,
  accessNames,
  type Handler,
  type ServerCloseOptions,
  type ServerOptions,
} from './server-options.js'
import { publishListen } from './server-publications.js'
import {
  connectionCount,
  resolveAccess,
  type ServerSettings,
  resolveServer,
} from './server-settings.js'
import { TopicGroup } from './groups/topic-group.js'

let readRegister: (server: object) => Acceptor<unknown, unknown>['register']

/** What a server's worker has to do with. */
export function registerOf(server: object): Acceptor<unknown, unknown>['register'] {
  return readRegister(server)
}

/** A server of framed messages on one endpoint or several. Its events: {@link ServerEvents}. */
export class Server<In = Uint8Array, Out = Uint8Array | string, Data = unknown>
  extends EventEmitter<ServerEvents<In, Out, Data>>
  implements ConnectionServer<In, Out, Data>, AsyncIterable<ServerConnection<In, Out, Data>>
{
  /** The open connections. */
  readonly connections: Connections<In, Out, Data>
  readonly #setup: ServerSettings<In, Out>
  readonly #acceptor: Acceptor<In, Out>
  readonly #endpoints: Endpoints
  readonly #failures: Failures<In, Out>
  readonly #closing: Closing<In, Out>
  static {
    readRegister = (server) => (server as Server<unknown, unknown>).#acceptor.register
  }

  /**
   * @param options the framing, limits and waits; every one has a default
   * @param handler what is done with each connection; without one, use `for await (const connection
   *   of server)` or the `connection` event
   * @throws OptionError when an option cannot work
   */
  constructor(options: ServerOptions<In, Out, Data> = {}, handler?: Handler<In, Out, Data>) {
    super({ captureRejections: true })
    // What users keep with their connections is of no concern below.
    const emitter = this as unknown as Server<In, Out>
    this.#setup = resolveServer(options as ServerOptions<In, Out>, handler as Handler<In, Out>)
    this.#failures = new Failures(emitter, this.#setup.onError)
    this.#acceptor = new Acceptor(this.#setup, emitter, this.#failures)
    this.#endpoints = new Endpoints(this.#setup.listener, this.#acceptor)
    this.connections = viewConnections(this.#acceptor.register.engines)
    // What an async listener rejects with is treated as what it throws.
    const rejected = this.#listenerRejected.bind(this)
    Object.defineProperty(this, captureRejectionSymbol, { value: rejected })
    const { clock } = this.#setup.settings
    const parts = { emitter, endpoints: this.#endpoints, acceptor: this.#acceptor }
    this.#closing = new Closing({ ...parts, failures: this.#failures, clock })
    if (options.signal !== undefined) this.#closing.obey(options.signal, () => void this.close())
  }

  /** How many connections were refused, by reason. */
  get refused(): Readonly<RefusalCounts> {
    return this.#acceptor.refusals
  }

  /** Whether at least one endpoint is listened on. */
  get listening(): boolean {
    return this.#endpoints.addresses.length > 0
  }

  /** The most connections open at once; may be set while the server runs. */
  get maxConnections(): number {
    return this.#acceptor.register.maxConnections
  }

  /** Holds from the next connection on; those already open stay. */
  set maxConnections(count: number) {
    this.#acceptor.register.maxConnections = connectionCount(count)
  }

  /**
   * Replace both lists, at once: there is no moment at which the new one of them stands beside the
   * old other. Holds from the next connection on; those already open stay. Files are read again.
   *
   * @throws OptionError when an entry cannot be read; then the old lists stay
   */
  setAccess(lists: AccessLists): void {
    checkOptions(lists, accessNames)
    this.#acceptor.register.admission.access = resolveAccess(lists)
  }

  /**
   * Show other certificates from the next connection on; those already open, or in their handshake,
   * go on with what they began with.
   *
   * @throws OptionError when they cannot be used; then what was there stays
   */
  setTls(options: TlsServerOptions): void {
    checkOptions(options, tlsServerNames, 'tls')
    this.#acceptor.tls.replace(options)
  }

  /**
   * Listen on an endpoint, or on several; may be called again for more. If one of several fails,
   * none of them is kept.
   *
   * An endpoint that cannot be listened on is a ListenError (`HAWSER_ADDRESS_IN_USE`, …). With an
   * `error` listener it goes there and nowhere else, as in `node:net`: the promise fulfils, and
   * `server.listening` says what came of it. Without one, the promise rejects with it.
   *
   * @param callback called once all of them are listened on
   * @returns fulfils with the server. Rejects with ListenError, unless there is an `error` listener; and
   *   always with OptionError (`HAWSER_INVALID_ENDPOINT`) or StateError (`HAWSER_SERVER_CLOSED`)
   */
  listen(endpoint: Endpoint | readonly Endpoint[], callback?: () => void): Promise<this> {
    const wasOpen = !this.#closing.hasBegun
    const listening = this.#listen(listOf(endpoint), callback).catch((error: unknown) => {
      // That a server was closed meanwhile is no surprise to the program that closed it.
      const wasClosed = wasOpen && this.#closing.hasBegun
      if (wasClosed) listening.catch(ignore)
      if (wasClosed || !(error instanceof ListenError) || this.listenerCount('error') === 0) {
        throw error
      }
      this.#failures.announce('error', () => this.emit('error', error))
      return this
    })
    return listening
  }

  /** Where the server listens, as `node:net` says it: `{ address, family, port }`, or a path. */
  address(): AddressInfo | string | null {
    return this.addresses()[0] ?? null
  }

  /** Where the server listens, all endpoints in the order they were given. */
  addresses(): (AddressInfo | string)[] {
    return this.#endpoints.addresses
  }

  /** How many connections are open, as a promise or to a callback. */
  getConnections(): Promise<number>
  getConnections(callback: (error: Error | null, count: number) => void): void
  getConnections(callback?: (error: Error | null, count: number) => void): Promise<number> | void {
    const { size } = this.connections
    if (callback === undefined) return Promise.resolve(size)
    process.nextTick(() => this.#failures.call('getConnections', () => callback(null, size)))
  }

  /**
   * Send one message on every connection, encoded once; with a backplane on those of the other nodes
   * as well, at most once, unless a `filter` or `local` keeps it here. A connection whose outbox is
   * full is reset, as it is by `send`, unless `overflow` says otherwise.
   *
   * @returns how many connections of this server took it
   * @throws FramingError when the framing cannot carry the message; OptionError
   */
  broadcast(message: Out, options: BroadcastOptions<In, Out, Data> = {}): number {
    return this.#acceptor.keeper.groups.send(undefined, message, options)
  }

  /**
   * The members of a topic, or of several: `server.to('news').send(message)`. Connections become
   * members with `connection.join(topic)`.
   *
   * @throws OptionError `HAWSER_INVALID_TOPIC`
   */
  to(topics: string | readonly string[]): Group<In, Out, Data> {
    return new TopicGroup(this.#acceptor.keeper.groups, topics)
  }

  /** Accept nothing more; connections go on. The operating system refuses who tries. */
  async suspend(): Promise<void> {
    await this.#endpoints.suspend()
  }

  /**
   * Accept again, on the same ports. Rejects with ListenError when another program took one; then all
   * stay suspended, and it may be tried again.
   */
  resume(): Promise<void> {
    return handled(this.#endpoints.resume(() => this.#assertOpen()))
  }

  /** The server's state and counts at this moment. */
  info(): ServerInfo {
    return describeServer({
      setup: this.#setup,
      acceptor: this.#acceptor,
      endpoints: this.#endpoints,
      failures: this.#failures,
    })
  }

  /**
   * Stop accepting, let connections finish what was delivered to them, then end what is left.
   * Called again, the shortest drain counts.
   *
   * @returns how many connections ended by themselves or at rest, and how many were forced
   * @throws OptionError when `drain` is no number of milliseconds
   */
  close(options: ServerCloseOptions<In, Out, Data> = {}): Promise<CloseResult> {
    return this.#closing.close(options as ServerCloseOptions<In, Out>)
  }

  /**
   * The connections as they arrive, for a server without a handler. Ends when the server begins to
   * close and those that waited were taken.
   */
  [Symbol.asyncIterator](): AsyncIterableIterator<ServerConnection<In, Out, Data>, undefined> {
    const { waiting } = this.#acceptor.register
    return waiting.iterate() as AsyncIterableIterator<ServerConnection<In, Out, Data>, undefined>
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Keep the process alive while the server listens (the default). */
  ref(): this {
    this.#endpoints.ref()
    return this
  }

  /** Let the process end though the server listens. */
  unref(): this {
    this.#endpoints.unref()
    return this
  }

  #listenerRejected(
    error: Error,
    event: keyof ServerEvents<In, Out, Data>,
    ...values: unknown[]
  ): void {
    const [value] = values
    if (event === 'connection') engineOf(value as Connection<In, Out>).handlerFailed(error)
    else this.#failures.noteListener(event, error)
  }

  async #listen(endpoints: readonly Endpoint[], callback?: () => void): Promise<this> {
    this.#assertOpen()
    this.#acceptor.register.limitDescriptors(endpoints.length)
    this.#acceptor.keeper.groups.uplink?.start()
    const addresses = await this.#endpoints.open(endpoints, () => this.#assertOpen())
    this.#assertOpen()
    this.#acceptor.tls.watch()
    for (const address of addresses) {
      publishListen(this, address)
      this.#failures.announce('listening', () => this.emit('listening', address))
    }
    if (callback !== undefined) this.#failures.call('listen', callback)
    return this
  }

  #assertOpen(): void {
    if (!this.#closing.hasBegun) return
    throw new StateError(
      'HAWSER_SERVER_CLOSED',
      'the server was closed and does not start again: make a new one, or use suspend() and resume()',
      { op: 'listen' },
    )
  }
}
