import { engineOf } from '../../connection/connection.js'
import type { Connection } from '../../connection/face.js'
import type { CloseInfo } from '../../connection/end/close-info.js'
import { heartbeatTimeout } from '../../connection/watch/connection-heartbeat.js'
import { ignore } from '../../promises.js'
import { type HawserError, OptionError } from '../../errors.js'
import { Backoff } from '../../policy/backoff.js'
import { Heartbeat } from '../../policy/heartbeat.js'
import { connectBy } from '../dial/connect.js'
import { fatalCause } from '../fatal-error.js'
import { letGo } from '../let-go.js'
import { attend } from '../requests/attend.js'
import { createCorrelator } from '../correlators/create-correlator.js'
import { connectionEndedError, onConnectTimeout } from '../requests/request-errors.js'
import {
  type AnyRequestOptions,
  noRequestOptions,
  type RequestConnection,
  type RequestFunction,
} from '../requests/request-options.js'
import { Requester } from '../requests/requester.js'
import { Session, type SessionOwner } from '../requests/session.js'
import { closedClientError, onConnectCutOff, pingFailed } from './client-errors.js'
import type { ClientOptions } from './client-options.js'
import type { ClientSettings } from './client-settings.js'
import type { ClientStatus } from './status.js'

/** What to do about a request on a connection that has ended, in `onConnect`. */
const nextConnection = 'onConnect is called with the next one'

/** What a link tells its client. */
export interface LinkOwner<In> extends SessionOwner<In> {
  /** Whether the connection is made to wait for the consumer of what was pushed. */
  readonly isDeaf: boolean
  /** Everything changed but `closed`. */
  changed(status: Exclude<ClientStatus, { state: 'closed' }>): void
  /** There will be no further connection; `error` is why, unless it was stopped. */
  gaveUp(error: HawserError | undefined): void
}

/** Keeps one connection up: dials, lets `onConnect` at it, and dials again when it is gone. */
export class Link<In, Out> {
  /** The connection that messages flow on. */
  session: Session<In, Out> | undefined
  /** Why there is none. */
  lastError: HawserError | undefined
  readonly #settings: ClientSettings<In, Out>
  readonly #owner: LinkOwner<In>
  readonly #backoff: Backoff
  readonly #stopping = new AbortController()
  #connection: Connection<In, Out> | undefined
  /** Has the requests of `onConnect`. */
  #greeter: Requester<In, Out> | undefined

  constructor(settings: ClientSettings<In, Out>, owner: LinkOwner<In>) {
    this.#settings = settings
    this.#owner = owner
    this.#backoff = new Backoff(settings.backoff, settings.random)
  }

  /** Begin, and go on until `stop`, or until there is no point in going on. */
  async run(): Promise<void> {
    let attempt = 0
    let error: HawserError | undefined
    while (!this.#isStopped) {
      attempt += 1
      this.#owner.changed({ state: 'connecting', attempt })
      const { info, worked, ...result } = await this.#connect()
      error = result.error
      if (worked > 0) attempt = 0
      if (this.#isStopped) break
      this.lastError = error ?? info?.error
      this.#backoff.worked(worked)
      const isFinal = error instanceof OptionError || fatalCause(error) !== undefined
      if (isFinal || this.#backoff.failures >= this.#settings.maxReconnects) break
      const retryIn = Math.round(this.#backoff.failed())
      this.#owner.changed({ state: 'disconnected', retryIn, info, error })
      await this.#wait(retryIn)
    }
    this.#owner.gaveUp(this.#isStopped ? undefined : (error ?? this.lastError))
  }

  /** Dial no more, and close the connection there is: in order, or at once. */
  stop(inOrder: boolean, error?: Error): void {
    this.#stopping.abort()
    if (this.#connection === undefined) return
    if (inOrder) void this.#connection.close({ error })
    else letGo(this.#connection, error)
  }

  get #isStopped(): boolean {
    return this.#stopping.signal.aborted
  }

  /** One connection, from dialling to its end. */
  async #connect(): Promise<{ info?: CloseInfo; error?: HawserError; worked: number }> {
    const { clock, options, dialler, maxPending, requestTimeout } = this.#settings
    const session = new Session(
      createCorrelator(options.correlate ?? {}, maxPending),
      { clock, requestTimeout, isPong: options.heartbeat?.isPong },
      this.#hearing(),
    )
    try {
      const connection = await connectBy(
        dialler,
        {
          ...withoutClientOptions(options),
          handler: session.handler,
          signal: this.#stopping.signal,
        },
        // What waits for replies has to go on reading: two sides that wait for each other wait long.
        'none',
        this.#settings.client,
      )
      this.#connection = connection
      if (this.#isStopped) throw closedClientError(undefined)
      await this.#greet(session)
      const since = clock.now()
      const heartbeat = this.#listen(session)
      this.session = session
      this.#owner.changed({ state: 'connected' })
      const info = await connection.closed
      heartbeat?.stop()
      // A connection of no length worked, too: the next attempt is the first again.
      return { info, worked: Math.max(1, clock.now() - since) }
    } catch (error) {
      this.#connection?.reset()
      return { error: error as HawserError, worked: 0 }
    } finally {
      this.#greeter?.reject(connectionEndedError(session.connection, nextConnection))
      this.#greeter = undefined
      this.session = undefined
      this.#connection = undefined
    }
  }

  /** Let `onConnect` log in, for as long as dialling may take. */
  async #greet(session: Session<In, Out>): Promise<void> {
    const { options, clock, connectTimeout: timeout } = this.#settings
    const { onConnect } = options
    if (onConnect === undefined) return
    const { connection } = session
    const greeter = this.#greeterOf(session)
    this.#greeter = greeter
    const fresh: RequestConnection<In, Out> = {
      connection,
      request: ((message: Out, own?: AnyRequestOptions<In>) =>
        greeter.request(message, own ?? noRequestOptions)) as RequestFunction<In, Out>,
      requestStream: (message, own) => greeter.stream(message, own),
    }
    const expired = (): HawserError => onConnectTimeout(timeout, connection)
    const ended = (info: CloseInfo): HawserError => info.error ?? onConnectCutOff(info, connection)
    const attendance = { connection, clock, timeout, expired, ended }
    session.greet()
    await attend('onConnect', attendance, () => onConnect(fresh))
    session.greeted()
  }

  /** What a session tells: all of it goes to the client, but room goes to `onConnect` first. */
  #hearing(): SessionOwner<In> {
    const owner = this.#owner
    return {
      get isDeaf() {
        return owner.isDeaf
      },
      pushed: (message) => owner.pushed(message),
      late: () => owner.late(),
      lost: (requests) => owner.lost?.(requests) === true,
      room: () => {
        this.#greeter?.room()
        owner.room()
      },
    }
  }

  /** Sends the requests of `onConnect`, on this connection alone. */
  #greeterOf(session: Session<In, Out>): Requester<In, Out> {
    return new Requester(this.#settings, {
      session,
      lastError: undefined,
      get refusal() {
        return session.isOpen ? undefined : connectionEndedError(session.connection, nextConnection)
      },
    })
  }

  #listen(session: Session<In, Out>): Heartbeat<Out> | undefined {
    const { options, clock } = this.#settings
    const { heartbeat } = options
    if (heartbeat === undefined) return undefined
    const owner = this.#owner
    const { connection } = session
    const { local, remote } = connection
    const heard = {
      get bytesRead() {
        return connection.bytesRead
      },
      get isDeaf() {
        return owner.isDeaf || engineOf(connection).receiver.stopped
      },
      get isExcused() {
        return session.isBlocked
      },
      ping: (message: Out) => {
        if (heartbeat.isPong === undefined) void session.ping(message).catch(ignore)
        else void connection.send(message)
      },
      failed: (cause: unknown) => session.fail(pingFailed(cause, connection)),
      vanished: (misses: number, every: number) =>
        session.fail(heartbeatTimeout(misses, every, { local, remote })),
    }
    return new Heartbeat(heartbeat, heard, clock)
  }

  #wait(milliseconds: number): Promise<void> {
    const { signal } = this.#stopping
    // A listener of `disconnected` may have closed the client.
    if (signal.aborted) return Promise.resolve()
    return new Promise((resolve) => {
      const done = (): void => {
        timer.cancel()
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = this.#settings.clock.schedule(done, milliseconds, true)
      signal.addEventListener('abort', done)
    })
  }
}

/** What `connect` is passed: the heartbeat of a client is its own affair. */
function withoutClientOptions<In, Out>(
  options: ClientOptions<In, Out>,
): Omit<ClientOptions<In, Out>, 'heartbeat'> {
  const { heartbeat: _heartbeat, ...rest } = options
  return rest
}
