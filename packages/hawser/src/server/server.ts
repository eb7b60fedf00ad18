import { EventEmitter } from 'node:events'
import process from 'node:process'
import { type Connection, engineOf } from '../connection/connection.js'
import type { Engine } from '../connection/engine.js'
import { atLeast } from '../connection/options.js'
import { type HawserError, StateError } from '../errors.js'
import type { RefusalCounts } from '../policy/connection-limit.js'
import { descriptorLimit, openDescriptors, reservedDescriptors } from '../socket/descriptors.js'
import { type Endpoint, parseEndpoint } from '../socket/endpoint.js'
import { type AddressInfo, Listener } from '../socket/listener.js'
import { Acceptor, type AcceptorOwner } from './acceptor.js'
import { broadcast } from './broadcast.js'
import type { Connections } from './connections.js'
import { Drain } from './drain.js'
import type { ServerEvents } from './events.js'
import type { ServerInfo } from './info.js'
import type {
  BroadcastOptions,
  CloseOptions,
  CloseResult,
  Handler,
  Refusal,
  ServerOptions,
} from './options.js'
import { connectionCount, type ResolvedServer, resolveServer } from './resolve.js'

/** Milliseconds a closing server gives its connections when nobody says otherwise. */
const defaultDrain = 15_000

/** A server of framed messages on one endpoint or several. Its events: {@link ServerEvents}. */
export class Server<In = Uint8Array, Out = Uint8Array | string>
  extends EventEmitter<ServerEvents<In, Out>>
  implements AsyncIterable<Connection<In, Out>>
{
  /** The open connections. */
  readonly connections: Connections<In, Out>
  readonly #setup: ResolvedServer<In, Out>
  readonly #acceptor: Acceptor<In, Out>
  readonly #listeners: Listener[] = []
  readonly #signal: AbortSignal | undefined
  readonly #abort = (): void => void this.close()
  #handlerErrors = 0
  #drain: Drain<In, Out> | undefined
  #closing: Promise<CloseResult> | undefined

  /**
   * @param options the framing, limits and waits; every one has a default
   * @param handler what is done with each connection; without one, use `for await (const connection
   *   of server)` or the `connection` event
   * @throws OptionError when an option cannot work
   */
  constructor(options: ServerOptions<In, Out> = {}, handler?: Handler<In, Out>) {
    super()
    this.#setup = resolveServer(options, handler)
    this.#acceptor = new Acceptor(this.#setup, this.#observer())
    const { engines } = this.#acceptor
    this.connections = {
      get size() {
        return engines.size
      },
      has: (connection) => engines.has(engineOf(connection)),
      *[Symbol.iterator]() {
        for (const { connection } of engines) yield connection
      },
    }
    this.#signal = options.signal
    if (this.#signal?.aborted === true) this.#abort()
    else this.#signal?.addEventListener('abort', this.#abort, { once: true })
  }

  /** How many connections were refused, by reason. */
  get refused(): Readonly<RefusalCounts> {
    return this.#acceptor.refusals
  }

  /** Whether at least one endpoint is listened on. */
  get listening(): boolean {
    return this.#listeners.some((listener) => listener.address !== null)
  }

  /** The most connections open at once; may be set while the server runs. */
  get maxConnections(): number {
    return this.#acceptor.maxConnections
  }

  /** Holds from the next connection on; those already open stay. */
  set maxConnections(count: number) {
    this.#acceptor.maxConnections = connectionCount(count)
  }

  /**
   * Listen on an endpoint, or on several; may be called again for more. If one of several fails,
   * none of them is kept.
   *
   * @param callback called once all of them are listened on
   * @returns fulfils with the server; rejects with ListenError (`HAWSER_ADDRESS_IN_USE`, …), unless
   *   there is an `error` listener, which is told either way
   */
  listen(endpoint: Endpoint | readonly Endpoint[], callback?: () => void): Promise<this> {
    const listening = this.#listen(isMany(endpoint) ? endpoint : [endpoint]).catch(
      (error: unknown) => {
        // Whoever is told by the event need not look at the promise as well.
        if (this.listenerCount('error') > 0) {
          listening.catch(ignore)
          this.emit('error', error as HawserError)
        }
        throw error
      },
    )
    if (callback !== undefined) void listening.then(callback, ignore)
    return listening
  }

  /** Where the server listens, as `node:net` says it: `{ address, family, port }`, or a path. */
  address(): AddressInfo | string | null {
    return this.addresses()[0] ?? null
  }

  /** Where the server listens, all endpoints in the order they were given. */
  addresses(): (AddressInfo | string)[] {
    return this.#listeners.flatMap(({ address }) => address ?? [])
  }

  /** How many connections are open, as a promise or to a callback. */
  getConnections(): Promise<number>
  getConnections(callback: (error: Error | null, count: number) => void): void
  getConnections(callback?: (error: Error | null, count: number) => void): Promise<number> | void {
    const { size } = this.connections
    if (callback === undefined) return Promise.resolve(size)
    process.nextTick(callback, null, size)
  }

  /**
   * Send one message on every connection, encoded once. A connection whose outbox is full is reset,
   * as it is by `send`.
   *
   * @returns how many connections took it
   * @throws FramingError when the framing cannot carry the message
   */
  broadcast(message: Out, options: BroadcastOptions<In, Out> = {}): number {
    return broadcast(this.#acceptor.engines, message, options)
  }

  /** Accept nothing more; connections go on. The operating system refuses who tries. */
  async suspend(): Promise<void> {
    this.#acceptor.suspended = true
    await Promise.all(this.#listeners.map((listener) => listener.suspend()))
  }

  /** Accept again, on the same ports. Rejects with ListenError when somebody else took one. */
  async resume(): Promise<void> {
    this.#assertOpen()
    this.#acceptor.suspended = false
    await Promise.all(this.#listeners.map((listener) => listener.listen()))
  }

  /** The server's state and counts at this moment. */
  info(): ServerInfo {
    const { engines, accepted, maxConnections, descriptorLimit: most } = this.#acceptor
    const { budget } = this.#setup.settings
    return {
      ...this.#acceptor.traffic,
      listening: this.listening,
      suspended: this.#acceptor.suspended,
      draining: this.#acceptor.draining,
      addresses: this.addresses(),
      connections: engines.size,
      accepted,
      maxConnections,
      effectiveMaxConnections: Math.min(maxConnections, most),
      refused: { ...this.refused },
      handlerErrors: this.#handlerErrors,
      pool: { used: budget.used, limit: budget.limit },
    }
  }

  /**
   * Stop accepting, let connections finish what was delivered to them, then end what is left.
   * Called again, the shortest drain counts.
   *
   * @returns how many connections ended by themselves or at rest, and how many were forced
   */
  close(options: CloseOptions<In, Out> = {}): Promise<CloseResult> {
    const wait = atLeast('drain', options.drain ?? defaultDrain, 0, 'milliseconds')
    this.#closing ??= this.#close(options)
    this.#drain?.limit(wait)
    const { signal } = options
    if (signal?.aborted === true) this.#drain?.force(0)
    else if (signal !== undefined) {
      const force = (): void => this.#drain?.force(0)
      signal.addEventListener('abort', force, { once: true })
      void this.#closing.then(() => signal.removeEventListener('abort', force))
    }
    return this.#closing
  }

  /** The connections as they arrive, for a server without a handler. Ends when the server closes. */
  [Symbol.asyncIterator](): AsyncIterator<Connection<In, Out>, undefined> {
    const { waiting } = this.#acceptor
    return {
      next: () => waiting.take(),
      return: () => Promise.resolve({ done: true, value: undefined }),
    }
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** Keep the process alive while the server listens (the default). */
  ref(): this {
    for (const listener of this.#listeners) listener.ref()
    return this
  }

  /** Let the process end though the server listens. */
  unref(): this {
    for (const listener of this.#listeners) listener.unref()
    return this
  }

  async #listen(endpoints: readonly Endpoint[]): Promise<this> {
    this.#assertOpen()
    const listeners = endpoints.map(
      (endpoint) => new Listener(parseEndpoint(endpoint), this.#setup.listener, this.#acceptor),
    )
    try {
      for (const listener of listeners) await listener.listen()
      this.#assertOpen()
    } catch (error) {
      for (const listener of listeners) listener.stop()
      throw error
    }
    this.#listeners.push(...listeners)
    this.#acceptor.descriptorLimit = Math.max(
      1,
      descriptorLimit() - openDescriptors() - reservedDescriptors + this.connections.size,
    )
    for (const { address } of listeners) if (address !== null) this.emit('listening', address)
    return this
  }

  async #close(options: CloseOptions<In, Out>): Promise<CloseResult> {
    this.#acceptor.draining = true
    this.#signal?.removeEventListener('abort', this.#abort)
    for (const listener of this.#listeners) listener.stop()
    for (const connection of this.connections) options.onDrain?.(connection)
    this.#drain = new Drain(this.#acceptor.engines, this.#setup.settings.clock)
    const result = await this.#drain.run()
    this.#acceptor.waiting.end()
    this.emit('close')
    return result
  }

  #assertOpen(): void {
    if (this.#closing === undefined) return
    throw new StateError(
      'HAWSER_SERVER_CLOSED',
      'the server was closed and does not start again: make a new one, or use suspend() and resume()',
      { op: 'listen' },
    )
  }

  #observer(): AcceptorOwner<In, Out> {
    return {
      connected: (connection) => this.emit('connection', connection),
      refused: (refusal: Refusal) => this.emit('drop', refusal),
      failed: (error, connection) => this.#failed(error, connection),
      closed: (engine: Engine<In, Out>) => this.#drain?.closed(engine),
    }
  }

  #failed(error: HawserError, connection: Connection<In, Out> | undefined): void {
    if (connection !== undefined) this.#handlerErrors += 1
    try {
      const { onError } = this.#setup
      if (onError !== undefined) onError(error, connection)
      else if (this.listenerCount('error') > 0) this.emit('error', error)
      else if (this.#handlerErrors <= 1) process.emitWarning(error)
    } catch (failure) {
      process.emitWarning(failure as Error)
    }
  }
}

function isMany(endpoint: Endpoint | readonly Endpoint[]): endpoint is readonly Endpoint[] {
  return Array.isArray(endpoint)
}

function ignore(): void {}
