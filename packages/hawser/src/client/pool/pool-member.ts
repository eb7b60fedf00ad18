import { engineOf } from '../../connection/connection.js'
import type { Connection } from '../../connection/face.js'
import type { CloseInfo } from '../../connection/end/close-info.js'
import type { HawserError } from '../../errors.js'
import { attend } from '../requests/attend.js'
import { callOnMessage, reportOnMessage } from '../requests/on-message.js'
import type { AnyRequestOptions, PartedRequestOptions } from '../requests/request-options.js'
import { connectionEndedError, onConnectTimeout } from '../requests/request-errors.js'
import { connectBy } from '../dial/connect.js'
import type { Correlator } from '../correlators/correlation.js'
import { createCorrelator } from '../correlators/create-correlator.js'
import { type Lease, lend, type Lendable } from './lease.js'
import { letGo } from '../let-go.js'
import { onAbort } from '../on-abort.js'
import { endedError, invalidError, unsolicitedError } from './pool-errors.js'
import type { PoolSettings } from './pool-settings.js'
import { Pushes } from '../requests/pushes.js'
import { Requester, type RequesterOwner } from '../requests/requester.js'
import { Session, type SessionOwner } from '../requests/session.js'

/** One connection of a pool, with the requests on it; the pool has it, or one lease does. */
export class PoolMember<In, Out>
  implements SessionOwner<In>, RequesterOwner<In, Out>, Lendable<In, Out>
{
  /** When it is lent out no more. */
  readonly expiresAt: number
  /** When it was made. */
  readonly since: number
  /** When it was last given back. */
  idleSince: number
  /** Whether it was ever lent. */
  hasServed = false
  /** How it ended. */
  info: CloseInfo | undefined
  readonly #settings: PoolSettings<In, Out>
  readonly #correlator: Correlator<In, Out>
  readonly session: Session<In, Out>
  /** Nothing is dialled again here: an error of a request names its own cause. */
  readonly lastError: undefined
  readonly #requester: Requester<In, Out>
  #lease: Lease<In, Out> | undefined
  #pushes: Pushes<In> | undefined
  #isSpoiled = false

  private constructor(settings: PoolSettings<In, Out>) {
    const { clock, maxAge, maxPending, options, random, requestTimeout } = settings
    this.#settings = settings
    this.#correlator = createCorrelator(options.correlate ?? {}, maxPending)
    this.session = new Session(this.#correlator, { clock, requestTimeout }, this)
    this.#requester = new Requester(settings, this)
    this.since = clock.now()
    this.idleSince = this.since
    this.expiresAt = this.since + maxAge * (1 - random() / 5)
  }

  /**
   * Make a connection, and let `onConnect` at it.
   *
   * @throws what `connect` and `onConnect` reject with
   */
  static async open<In, Out>(
    settings: PoolSettings<In, Out>,
    signal: AbortSignal,
  ): Promise<PoolMember<In, Out>> {
    const member = new PoolMember(settings)
    const { dialler, connectTimeout } = settings
    const { onConnect, ...options } = settings.options
    const connection = await connectBy(
      dialler,
      {
        ...options,
        handler: member.session.handler,
        signal,
      },
      // What waits for replies has to go on reading: two sides that wait for each other wait long.
      'none',
      settings.client,
    )
    void connection.closed.then((info) => member.#ended(info))
    const forget = onAbort(signal, () => connection.reset())
    try {
      if (signal.aborted) connection.reset()
      if (onConnect !== undefined) {
        await member.#attend('onConnect', onConnect, connectTimeout, () =>
          onConnectTimeout(connectTimeout, connection),
        )
      }
      return member
    } catch (error) {
      connection.reset()
      throw error
    } finally {
      forget()
    }
  }

  get connection(): Connection<In, Out> {
    return this.session.connection
  }

  /** Why no request may be sent: its connection has ended, or is about to. */
  get refusal(): HawserError | undefined {
    const { phase } = this.connection
    const isOver = phase === 'closed' || phase === 'ending'
    return isOver ? connectionEndedError(this.connection, 'acquire another lease') : undefined
  }

  /** Whether it can be lent out: open, and nothing on it that a lease left behind. */
  get isUsable(): boolean {
    return (
      !this.#isSpoiled &&
      this.connection.phase === 'open' &&
      this.#correlator.size === 0 &&
      this.#requester.queued === 0 &&
      (this.#pushes === undefined || this.#pushes.size === 0) &&
      engineOf(this.connection).receiver.empty
    )
  }

  /** Give it to a caller, which gives it back through `giveBack`. */
  lend(giveBack: (isGood: boolean) => void): Lease<In, Out> {
    this.#lease = lend(this, giveBack)
    return this.#lease
  }

  /** @returns whether it may be lent out again: if not, it was reset */
  reclaim(isGood: boolean): boolean {
    this.session.greeted()
    const isUsable = isGood && this.isUsable
    this.#lease = undefined
    this.#pushes?.end()
    this.#pushes = undefined
    this.idleSince = this.#settings.clock.now()
    if (isUsable) this.connection.resume()
    else this.reset()
    return isUsable
  }

  /**
   * Ask `validate` whether it may be lent out.
   *
   * @throws HawserError when it may not, and then it was reset
   */
  async validate(): Promise<void> {
    const { options, validateTimeout } = this.#settings
    const { validate } = options
    const { connection } = this
    if (validate === undefined) return
    const late = `validate was still at work after ${validateTimeout} ms (validateTimeout)`
    let verdict: unknown
    try {
      verdict = await this.#attend('validate', validate, validateTimeout, () =>
        invalidError(late, connection),
      )
    } catch (error) {
      this.reset()
      throw error
    }
    if (verdict !== false) return
    this.reset()
    throw invalidError('validate returned false', connection)
  }

  /** @throws OptionError when the timeout is none */
  request(message: Out, options: AnyRequestOptions<In>): Promise<In | In[]> {
    return this.#requester.request(message, options)
  }

  /** @throws OptionError when the timeout is none */
  stream(message: Out, options: PartedRequestOptions<In>): AsyncIterableIterator<In, undefined> {
    return this.#requester.stream(message, options)
  }

  /** The messages that answer nothing, until it is given back or ends. */
  iterate(): AsyncIterableIterator<In, undefined> {
    // Taken now: what comes for the next lease is not for this loop.
    return this.#drain(this.#inbox)
  }

  /** Close it in order. */
  end(): void {
    this.#isSpoiled = true
    void this.connection.close()
  }

  /** End it now, in order if nothing is lost by that. */
  letGo(error?: Error): void {
    this.#isSpoiled = true
    letGo(this.connection, error)
  }

  /** Break it off. */
  reset(): void {
    this.#isSpoiled = true
    this.connection.reset()
  }

  pushed(message: In): void | Promise<void> {
    const { onMessage, onError } = this.#settings.options
    if (onMessage !== undefined) {
      return callOnMessage(onMessage, message, (cause) => reportOnMessage(cause, 'pool', onError))
    }
    if (this.#lease !== undefined) return this.#inbox.push(message, this.connection.bytesRead)
    this.#isSpoiled = true
    this.session.fail(unsolicitedError(this.connection))
    return undefined
  }

  get isLent(): boolean {
    return this.#lease !== undefined
  }

  late(): void {}

  room(): void {
    this.#requester.room()
  }

  get #inbox(): Pushes<In> {
    if (this.#pushes === undefined) {
      this.#pushes = new Pushes()
      if (this.info !== undefined) this.#pushes.end()
    }
    return this.#pushes
  }

  async *#drain(inbox: Pushes<In>): AsyncGenerator<In, undefined> {
    yield* inbox.iterate()
    if (this.info?.error !== undefined) throw this.info.error
    return undefined
  }

  #ended(info: CloseInfo): void {
    this.info = info
    this.#pushes?.end()
    this.#requester.reject(connectionEndedError(this.connection, 'acquire another lease'))
  }

  /** Let a callback have it as a lease, and take it back. */
  async #attend<Result>(
    name: 'onConnect' | 'validate',
    work: (lease: Lease<In, Out>) => Result | Promise<Result>,
    timeout: number,
    expired: () => HawserError,
  ): Promise<Result> {
    const { connection } = this
    const lease = this.lend((isGood) => {
      if (!isGood) this.reset()
    })
    const ended = (info: CloseInfo): HawserError => endedError(info, connection)
    const attendance = { connection, clock: this.#settings.clock, timeout, expired, ended }
    if (name === 'onConnect') this.session.greet()
    try {
      return await attend(name, attendance, () => work(lease))
    } finally {
      this.session.greeted()
      lease.release()
      this.reclaim(true)
    }
  }
}
