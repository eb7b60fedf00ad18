import { captureRejectionSymbol, EventEmitter } from 'node:events'
import type { Connection } from '../../connection/face.js'
import type { ClientCloseOptions, CloseResult } from '../../connection/server-face.js'
import { handled } from '../../promises.js'
import { report, warn } from '../../report.js'
import type { HawserError } from '../../errors.js'
import type { Destination } from '../dial/destination.js'
import { closedClientError, notConnectedError } from './client-errors.js'
import type { ClientOptions } from './client-options.js'
import { Link, type LinkOwner } from './link.js'
import { Pushes } from '../requests/pushes.js'
import { Requester, type RequesterOwner } from '../requests/requester.js'
import { callOnMessage, reportOnMessage } from '../requests/on-message.js'
import {
  type AnyRequestOptions,
  noRequestOptions,
  type PartedRequestOptions,
  type SingleRequestOptions,
} from '../requests/request-options.js'
import { type ClientSettings, resolveClient } from './client-settings.js'
import { fatalCause } from '../fatal-error.js'
import { Shutdown } from '../shutdown.js'
import type { ClientEvents, ClientInfo } from './client-events.js'
import { changeStatus, type ClientStatus, StatusFeed } from './status.js'

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
  readonly #settings: ClientSettings<In, Out>
  readonly #link: Link<In, Out>
  readonly #requester: Requester<In, Out>
  readonly #pushes = new Pushes<In>()
  readonly #ended: Promise<void>
  readonly #shutdown: Shutdown
  #late = 0
  #connections = 0
  /** What was under way when `close` was called, and has not settled; and what was cut off. */
  #unsettled = 0
  #forced = 0
  #refusal: HawserError | undefined
  /** What `close` was told to be the reason. */
  #closedWith: HawserError | undefined

  /** @throws OptionError when an option cannot work */
  constructor(destination: Destination, options: ClientOptions<In, Out> = {}) {
    super({ captureRejections: true })
    // What an async listener rejects with is treated as what it throws.
    Object.defineProperty(this, captureRejectionSymbol, { value: warn })
    this.#settings = resolveClient(destination, options, this)
    this.#link = new Link(this.#settings, this.#listening())
    this.#requester = new Requester(this.#settings, this.#sending())
    this.#ended = this.#link.run()
    const ending = { end: (error?: Error) => this.#end(error), cut: () => this.#cut() }
    this.#shutdown = new Shutdown(this.#settings.clock, ending)
    this.#shutdown.obey(options.signal)
  }

  /** The connection that messages flow on now; undefined while there is none. */
  get connection(): Connection<In, Out> | undefined {
    return this.#link.session?.connection
  }

  /** Fulfils when messages flow; rejects with `HAWSER_CLIENT_CLOSED` when they never will. */
  ready(): Promise<this> {
    return handled(this.#ready())
  }

  /**
   * Send a message without a reply. While there is no connection it waits, or is refused
   * (`whileDown`); a connection that is lost may take with it what it had accepted.
   *
   * @returns fulfils when a connection has room for more; rejects as `connection.send` does, and with
   *   `HAWSER_NOT_CONNECTED`, `HAWSER_QUEUE_FULL`, `HAWSER_QUEUE_TIMEOUT`, `HAWSER_CLIENT_CLOSED`
   */
  send(message: Out): Promise<void> {
    return this.#requester.send(message, this.#settings.queueTimeout)
  }

  /**
   * Send a request whose reply is several messages, and wait for all of them.
   *
   * @returns fulfils with them, in order, once `until` knows the last. Rejects as for one, and with
   *   `HAWSER_REPLY_TOO_LARGE` when they take more than `maxReplyBytes`
   * @throws OptionError when the timeout is none
   */
  request(message: Out, options: PartedRequestOptions<In>): Promise<In[]>
  /**
   * Send a request and wait for its reply. Never sent twice: what may be repeated only the caller knows.
   *
   * @returns fulfils with the reply. Rejects with `HAWSER_REQUEST_TIMEOUT`, `HAWSER_ABORTED` or
   *   `HAWSER_DISCONNECTED`, and then it may have been carried out or not; or with
   *   `HAWSER_NOT_CONNECTED`, `HAWSER_QUEUE_FULL`, `HAWSER_CLIENT_CLOSED` or a FramingError, and then
   *   it was never sent
   * @throws OptionError when the timeout is none
   */
  request(message: Out, options?: SingleRequestOptions): Promise<In>
  request(message: Out, options: AnyRequestOptions<In> = noRequestOptions): Promise<In | In[]> {
    return this.#requester.request(message, options)
  }

  /**
   * Send a request whose reply is several messages, and take each when it came. Nothing is sent before the
   * first is asked for. A reader that is slow makes the connection wait, with all other replies on it; its
   * time does not count. One that leaves gives the request up, and the rest of its reply is dropped.
   *
   * @param options `timeout`: milliseconds until each message. Default: `requestTimeout`
   * @returns ends behind the message that `until` knows as the last. Throws what `request` rejects
   *   with, behind the messages that came
   * @throws OptionError when the timeout is none, or `until` is missing
   */
  requestStream(
    message: Out,
    options: PartedRequestOptions<In>,
  ): AsyncIterableIterator<In, undefined> {
    return this.#requester.stream(message, options)
  }

  /** Counts at this moment. */
  info(): ClientInfo {
    return {
      queued: this.#requester.queued,
      queuedBytes: this.#requester.queuedBytes,
      pending: this.#link.session?.pending ?? 0,
      late: this.#late,
      connections: this.#connections,
    }
  }

  /**
   * Send nothing more, let what is under way finish, and close the connection. Called again, the
   * shortest drain counts.
   *
   * @returns fulfils when nothing is left of it: no socket, no timer, no listener. It says how many
   *   messages that waited, and requests that waited for their reply, settled by themselves, and how
   *   many were cut off
   * @throws OptionError when `drain` is no number of milliseconds
   */
  close(options: ClientCloseOptions = {}): Promise<CloseResult> {
    return this.#shutdown.close(options)
  }

  /** The messages that are not replies, across connections; ends when the client is closed. */
  [Symbol.asyncIterator](): AsyncIterableIterator<In, undefined> {
    return this.#pushes.iterate()
  }

  /** The same as `close()`, for `await using`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #ready(): Promise<this> {
    for await (const status of this.status) {
      if (status.state === 'connected') return this
    }
    throw this.#refusal ?? closedClientError(undefined)
  }

  /** What the link tells. */
  #listening(): LinkOwner<In> {
    const pushes = this.#pushes
    return {
      get isDeaf() {
        return pushes.isFull
      },
      pushed: (message) => this.#pushed(message),
      late: () => {
        this.#late += 1
      },
      room: () => this.#requester.room(),
      lost: (requests) => {
        if (this.#refusal !== undefined) return false
        this.#requester.again(requests)
        return true
      },
      changed: (status) => this.#changed(status),
      gaveUp: (error) => this.#gaveUp(error),
    }
  }

  #pushed(message: In): void | Promise<void> {
    const { onMessage, onError } = this.#settings.options
    if (onMessage === undefined) return this.#pushes.push(message, this.connection?.bytesRead ?? 0)
    return callOnMessage(onMessage, message, (cause) => reportOnMessage(cause, 'client', onError))
  }

  #changed(status: ClientStatus): void {
    if (status.state === 'connected') {
      this.#connections += 1
      this.#requester.room()
    } else if (status.state === 'disconnected' && this.#settings.whileDown === 'refuse') {
      this.#requester.reject(notConnectedError(this.#link.lastError))
    }
    changeStatus(this.status, status)
    report(() => this.emit('status', status))
    // TypeScript does not see that the event by this name takes just this status.
    const name: string = status.state
    report(() => this.emit(name as 'status', status))
  }

  #gaveUp(error: HawserError | undefined): void {
    this.#refuse(fatalCause(error) ?? error)
    this.#shutdown.release()
    this.#pushes.end()
    this.#changed({ state: 'closed', error: error ?? this.#closedWith })
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
      mayResend: this.#settings.whileDown === 'queue',
    }
  }

  get #refusalNow(): HawserError | undefined {
    const { lastError, session } = this.#link
    if (this.#refusal !== undefined || session !== undefined) return this.#refusal
    return this.#settings.whileDown === 'refuse' ? notConnectedError(lastError) : undefined
  }

  #refuse(cause: Error | undefined): void {
    this.#refusal ??= closedClientError(cause)
    this.#requester.reject(this.#refusal)
  }

  async #end(error: Error | undefined): Promise<CloseResult> {
    const { session } = this.#link
    const underWay = [...this.#requester.promises, ...(session?.promises ?? [])]
    if (error !== undefined) this.#closedWith = closedClientError(error)
    this.#refusal ??= this.#closedWith ?? closedClientError(undefined)
    this.#unsettled = underWay.length
    const settled = (): void => {
      this.#unsettled -= 1
    }
    for (const promise of underWay) promise.then(settled, settled)
    if (session === undefined && underWay.length === 0) this.#cut()
    else void Promise.allSettled(underWay).then(() => this.#link.stop(true, error))
    await this.#ended
    return { drained: underWay.length - this.#forced, forced: this.#forced }
  }

  #cut(): void {
    this.#forced = this.#unsettled
    this.#refuse(undefined)
    this.#link.stop(false, this.#closedWith?.cause as Error | undefined)
  }
}

/**
 * Make a client that stays connected; it begins to connect at once. It remembers its TLS session, so
 * that coming back costs less.
 *
 * @param destination an endpoint, such as `server.address()`; several, with the option `order`; or a
 *   function that makes the stream for each connection, such as a serial port
 * @throws OptionError when an option cannot work
 */
export function createClient<In = Uint8Array, Out = Uint8Array | string>(
  destination: Destination,
  options: ClientOptions<In, Out> = {},
): Client<In, Out> {
  return new Client(destination, options)
}
