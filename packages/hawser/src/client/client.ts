import { captureRejectionSymbol, EventEmitter } from 'node:events'
import type { Connection } from '../connection/face.js'
import { atLeast } from '../options/numbers.js'
import { report, warn } from '../connection/report.js'
import { HandlerError, type HawserError } from '../errors.js'
import type { ClockTimer } from '../policy/clock.js'
import type { Endpoint } from '../socket/endpoint.js'
import { closedClientError, notConnectedError } from './client-errors.js'
import type { ClientCloseOptions, ClientOptions, RequestOptions } from './client-options.js'
import { Link } from './link.js'
import { Pushes } from './pushes.js'
import { Requester, type RequesterOwner } from './requester.js'
import { type ResolvedClient, resolveClient } from './resolve-client.js'
import {
  type ClientStatus,
  type ClosedStatus,
  type ConnectedStatus,
  type ConnectingStatus,
  type DisconnectedStatus,
  StatusFeed,
} from './status.js'

/** The events of a client: each change of its status, by its state and as `status`. */
export interface ClientEvents {
  /** Any change. */
  status: [status: ClientStatus]
  /** It dials. */
  connecting: [status: ConnectingStatus]
  /** Messages flow. */
  connected: [status: ConnectedStatus]
  /** The connection is gone, or did not come about; the status says why. */
  disconnected: [status: DisconnectedStatus]
  /** It was closed, or gave up. */
  closed: [status: ClosedStatus]
}

/** What a client did and has at one moment. */
export interface ClientInfo {
  /** Messages that wait for a connection, or for room on it. */
  readonly queued: number
  /** Requests that were sent and wait for their reply. */
  readonly pending: number
  /** Replies that came after their request had been given up. */
  readonly late: number
  /** Connections that messages flowed on, since the beginning. */
  readonly connections: number
}

/**
 * A connection that comes back: it dials, logs in through `onConnect`, and dials again when it is lost.
 * Messages may be sent at any time; requests settle once, whatever happens.
 */
export class Client<In = Uint8Array, Out = Uint8Array | string>
  extends EventEmitter<ClientEvents>
  implements AsyncIterable<In>
{
  /** What it is at now; iterate over it for every change. */
  readonly status: StatusFeed = new StatusFeed()
  readonly #setup: ResolvedClient<In, Out>
  readonly #link: Link<In, Out>
  readonly #requester: Requester<In, Out>
  readonly #pushes = new Pushes<In>()
  readonly #ended: Promise<void>
  readonly #abort = (): void => void this.close({ drain: 0 })
  #late = 0
  #connections = 0
  #closing: Promise<void> | undefined
  /** Shortens the drain. */
  #hurry: ((drain: number) => void) | undefined
  #refusal: HawserError | undefined

  /** @throws OptionError when an option cannot work */
  constructor(
    endpoint: Endpoint | null | readonly Endpoint[],
    options: ClientOptions<In, Out> = {},
  ) {
    super({ captureRejections: true })
    // What an async listener rejects with is treated as what it throws.
    Object.defineProperty(this, captureRejectionSymbol, { value: warn })
    this.#setup = resolveClient(endpoint, options)
    this.#link = new Link(this.#setup, this)
    this.#requester = new Requester(this.#setup, this.#sending())
    this.#ended = this.#link.run()
    const { signal } = options
    if (signal?.aborted === true) this.#abort()
    else signal?.addEventListener('abort', this.#abort, { once: true })
  }

  /** The connection that messages flow on now; undefined while there is none. */
  get connection(): Connection<In, Out> | undefined {
    return this.#link.session?.connection
  }

  /** Fulfils when messages flow; rejects with `HAWSER_CLIENT_CLOSED` when they never will. */
  async ready(): Promise<this> {
    for await (const status of this.status) {
      if (status.state === 'connected') return this
    }
    throw this.#refusal ?? closedClientError(undefined)
  }

  /**
   * Send a message without a reply. While there is no connection it waits, or is refused
   * (`whileDown`); a connection that is lost may take with it what it had accepted.
   *
   * @returns fulfils when a connection has room for more; rejects as `connection.send` does, and with
   *   `HAWSER_NOT_CONNECTED`, `HAWSER_QUEUE_FULL`, `HAWSER_QUEUE_TIMEOUT`, `HAWSER_CLIENT_CLOSED`
   */
  send(message: Out): Promise<void> {
    return this.#requester.send(message, this.#setup.queueTimeout)
  }

  /**
   * Send a request and wait for its reply. Never sent twice: what may be repeated only the caller knows.
   *
   * @returns fulfils with the reply. Rejects with `HAWSER_REQUEST_TIMEOUT`, `HAWSER_ABORTED` or
   *   `HAWSER_DISCONNECTED`, and then it may have been carried out or not; or with
   *   `HAWSER_NOT_CONNECTED`, `HAWSER_QUEUE_FULL`, `HAWSER_CLIENT_CLOSED` or a FramingError, and then
   *   it was never sent
   * @throws OptionError when the timeout is none
   */
  request(message: Out, options: RequestOptions = {}): Promise<In> {
    return this.#requester.request(message, options)
  }

  /** Counts at this moment. */
  info(): ClientInfo {
    return {
      queued: this.#requester.queued,
      pending: this.#link.session?.pending ?? 0,
      late: this.#late,
      connections: this.#connections,
    }
  }

  /**
   * Send nothing more, let what is under way finish, and close the connection. Called again, the
   * shortest drain counts.
   *
   * @returns fulfils when nothing is left of it: no socket, no timer, no listener
   */
  close(options: ClientCloseOptions = {}): Promise<void> {
    const drain = atLeast('drain', options.drain ?? 15_000, 0, 'milliseconds')
    if (this.#closing === undefined) this.#closing = this.#close(drain)
    else this.#hurry?.(drain)
    return this.#closing
  }

  /** The messages that are not replies, across connections; ends when the client is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined> {
    return this.#pushes.iterate()
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  /** @internal */
  get isDeaf(): boolean {
    return this.#pushes.isFull
  }

  /** @internal */
  pushed(message: In): void | Promise<void> {
    const { onMessage } = this.#setup
    if (onMessage === undefined) return this.#pushes.push(message)
    try {
      const result = onMessage(message)
      return result instanceof Promise ? result.catch((error) => this.#failed(error)) : undefined
    } catch (error) {
      this.#failed(error)
    }
  }

  /** @internal */
  late(): void {
    this.#late += 1
  }

  /** @internal */
  room(): void {
    this.#requester.room()
  }

  /** @internal */
  changed(status: ClientStatus): void {
    if (status.state === 'connected') {
      this.#connections += 1
      this.room()
    } else if (status.state === 'disconnected' && this.#setup.whileDown === 'refuse') {
      this.#requester.reject(notConnectedError(this.#link.lastError))
    }
    this.status.change(status)
    report(() => this.emit('status', status))
    // TypeScript does not see that the event by this name takes just this status.
    const name: string = status.state
    report(() => this.emit(name as 'status', status))
  }

  /** @internal */
  gaveUp(error: HawserError | undefined): void {
    this.#refuse(error)
    this.#setup.options.signal?.removeEventListener('abort', this.#abort)
    this.#pushes.end()
    this.changed({ state: 'closed', error })
  }

  /** What messages are sent on, and whether they may be. */
  #sending(): RequesterOwner<In, Out> {
    const link = this.#link
    const refusal = (): HawserError | undefined => this.#refusalNow
    return {
      get session() {
        return link.session
      },
      get lastError() {
        return link.lastError
      },
      get refusal() {
        return refusal()
      },
    }
  }

  get #refusalNow(): HawserError | undefined {
    const { lastError, session } = this.#link
    if (this.#refusal !== undefined || session !== undefined) return this.#refusal
    return this.#setup.whileDown === 'refuse' ? notConnectedError(lastError) : undefined
  }

  #refuse(cause: Error | undefined): void {
    this.#refusal ??= closedClientError(cause)
    this.#requester.reject(this.#refusal)
  }

  async #close(drain: number): Promise<void> {
    const { session } = this.#link
    const under = [...this.#requester.promises, ...(session?.promises ?? [])]
    this.#refusal ??= closedClientError(undefined)
    const isUnderWay = drain > 0 && (session !== undefined || under.length > 0)
    const end = (): Promise<void> => this.#link.stop(true)
    if (!isUnderWay || !(await this.#within(drain, Promise.allSettled(under).then(end)))) {
      this.#refuse(undefined)
      await this.#link.stop(false)
    }
    await this.#ended
  }

  /** Whether it is done within so many milliseconds. */
  async #within(wait: number, done: Promise<void>): Promise<boolean> {
    const { clock } = this.#setup
    const timers: ClockTimer[] = []
    const isDone = await new Promise<boolean>((resolve) => {
      this.#hurry = (drain) => timers.push(clock.schedule(() => resolve(false), drain, true))
      this.#hurry(wait)
      void done.then(() => resolve(true))
    })
    this.#hurry = undefined
    for (const timer of timers) timer.cancel()
    return isDone
  }

  #failed(cause: unknown): void {
    const { onError } = this.#setup.options
    const message = cause instanceof Error ? cause.message : String(cause)
    const text = `onMessage failed, and the client goes on: ${message}`
    const error = new HandlerError('HAWSER_HANDLER_FAILED', text, { op: 'handle', cause })
    if (onError === undefined) warn(error)
    else report(() => onError(error))
  }
}

/**
 * Make a client that stays connected; it begins to connect at once. It remembers its TLS session, so
 * that coming back costs less.
 *
 * @param endpoint one, such as `server.address()`, or several with the option `order`
 * @throws OptionError when an option cannot work
 */
export function createClient<In = Uint8Array, Out = Uint8Array | string>(
  endpoint: Endpoint | null | readonly Endpoint[],
  options: ClientOptions<In, Out> = {},
): Client<In, Out> {
  return new Client(endpoint, options)
}
