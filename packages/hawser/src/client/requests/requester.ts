import { turnTime } from '../../connection/time/system-clock.js'
import { checkOptions } from '../../options/check-options.js'
import { invalid } from '../../options/invalid.js'
import { milliseconds } from '../../options/numbers.js'
import type { HawserError } from '../../errors.js'
import type { Clock } from '../../policy/clock.js'
import {
  type AnyRequestOptions,
  noRequestOptions,
  type PartedRequestOptions,
  partedRequestNames,
  type RequestOptions,
} from './request-options.js'
import {
  queueFullError,
  queueTimeout,
  requestAborted,
  resendRefused,
  resendTimeout,
} from './request-errors.js'
import { withoutPinned } from './message-size.js'
import { type Outgoing, OutgoingQueue, type QueueLimits, sizeOf } from './outgoing-queue.js'
import { Pending } from '../correlators/pending.js'
import { ReplyList } from './reply-list.js'
import { ReplyReader, ReplyStream } from './reply-stream.js'
import type { Session } from './session.js'

/** What a requester sends on, and whether it may. */
export interface RequesterOwner<In, Out> {
  /** Where messages go out; undefined while there is no connection. */
  readonly session: Session<In, Out> | undefined
  /** Why nothing may be sent, nor wait to be sent, now. */
  readonly refusal: HawserError | undefined
  /** Why there is no connection, if that is known. */
  readonly lastError: HawserError | undefined
  /** Whether there is a next connection, on which a request may be sent again. */
  readonly mayResend?: boolean
}

/** How much may wait, and how long. */
export interface RequesterLimits extends QueueLimits {
  readonly clock: Clock
  /** Milliseconds for a reply, unless the request says otherwise. */
  readonly requestTimeout: number
  /** Bytes of memory for the messages of one reply. */
  readonly maxReplyBytes: number
}

/**
 * Sends messages and requests in the order they came: at once while there is room, and from a queue
 * afterwards. Each settles once, and one that was given up leaves its place at once.
 */
export class Requester<In, Out> {
  readonly #limits: RequesterLimits
  readonly #owner: RequesterOwner<In, Out>
  #queue: OutgoingQueue<In, Out> | undefined
  #isPumping = false
  /** Bytes of memory of messages that are kept to be sent again. */
  #keptBytes = 0
  /** The last options that were found to be right and cannot change. */
  #checked: object | undefined

  constructor(limits: RequesterLimits, owner: RequesterOwner<In, Out>) {
    this.#limits = limits
    this.#owner = owner
  }

  /** How many wait to be sent. */
  get queued(): number {
    return this.#queue === undefined ? 0 : this.#queue.size
  }

  /** Bytes of memory that those take. */
  get queuedBytes(): number {
    return this.#queue === undefined ? 0 : this.#queue.bytes
  }

  /** What those that wait to be sent wait for. */
  get promises(): Promise<unknown>[] {
    return this.#queue?.promises ?? []
  }

  /**
   * Send a message that no reply belongs to.
   *
   * @param timeout milliseconds it may wait to be sent
   */
  send(message: Out, timeout: number): Promise<void> {
    const { session, refusal } = this.#owner
    // On one that comes to its end it would be lost: it waits for the next.
    if (session?.isOpen === true && refusal === undefined && this.queued === 0) {
      return session.connection.send(message)
    }
    const waiter = new Pending<void>(this.#limits.clock.now(), timeout)
    this.#enqueue({ message, waiter }, waiter, refusal)
    return waiter.promise
  }

  /**
   * @returns fulfils with the reply: with a list of messages where `until` says which is the last
   * @throws OptionError when the timeout is none
   */
  request(message: Out, options: AnyRequestOptions<In>): Promise<In | In[]> {
    if (options !== noRequestOptions && options !== this.#checked) this.#check(options)
    const { until, signal } = options
    const { clock, maxReplyBytes } = this.#limits
    const now = turnTime(clock)
    const wait = this.#timeoutOf(options)
    const pending =
      until === undefined
        ? new Pending<In>(now, wait)
        : new ReplyList<In>(now, wait, { until, maxReplyBytes })
    if (options.blocks === true) pending.blocks = true
    if (options.resend === true) this.#keep(message, pending)
    this.#dispatch(message, pending, signal)
    return pending.promise
  }

  /** @throws OptionError when the timeout is none */
  stream(message: Out, options: PartedRequestOptions<In>): AsyncIterableIterator<In, undefined> {
    checkOptions(options, partedRequestNames)
    const { until, signal } = options
    if (until === undefined) throw invalid('until', 'is missing: it says which message is the last')
    if (options.resend === true)
      throw invalid(
        'resend',
        'does not work with requestStream: the messages of the first try were taken; use request',
      )
    const wait = this.#timeoutOf(options)
    const begin = (): ReplyStream<In> => {
      const stream = new ReplyStream<In>(this.#limits.clock, wait, until)
      stream.blocks = options.blocks === true
      this.#dispatch(message, stream, signal)
      return stream
    }
    return new ReplyReader(begin, (stream) => {
      stream.resolve()
      this.#leave(stream)
    })
  }

  /** Requests whose connection was lost: they are the first on the next one. */
  again(requests: readonly Pending<In, unknown>[]): void {
    for (const each of requests) each.restart()
    this.#waitingQueue.putFirst(
      requests.map((request) => ({ message: request.again?.message as Out, request })),
    )
  }

  /**
   * Keep a message until its request settles.
   *
   * @throws OptionError where it cannot be sent again
   */
  #keep(message: Out, pending: Pending<In, unknown>): void {
    if (this.#owner.mayResend !== true) {
      throw invalid(
        'resend',
        "works with client.request and whileDown: 'queue' alone: leave it out",
      )
    }
    const { maxQueuedBytes } = this.#limits
    const size = sizeOf(message)
    if (this.#keptBytes > 0 && this.#keptBytes + size > maxQueuedBytes) {
      pending.reject(queueFullError('maxQueuedBytes', maxQueuedBytes, this.#owner.lastError))
      return
    }
    pending.again = { message: withoutPinned(message), size, keeper: this, wasSent: false }
    this.#keptBytes += size
  }

  /** A request that was kept is settled. */
  letGo(size: number): void {
    this.#keptBytes -= size
  }

  get #waitingQueue(): OutgoingQueue<In, Out> {
    const limits = this.#limits
    const owner = this.#owner
    this.#queue ??= new OutgoingQueue(limits, limits.clock, ({ again, timeout }) =>
      again?.wasSent === true
        ? resendTimeout(timeout, owner.lastError)
        : queueTimeout(timeout, owner.lastError),
    )
    return this.#queue
  }

  #check(options: object): void {
    checkOptions(options, partedRequestNames)
    if (Object.isFrozen(options)) this.#checked = options
  }

  #timeoutOf({ timeout }: RequestOptions): number {
    return timeout === undefined ? this.#limits.requestTimeout : milliseconds('timeout', timeout)
  }

  #dispatch(message: Out, pending: Pending<In, unknown>, signal: AbortSignal | undefined): void {
    if (signal?.aborted === true) this.#giveUp(pending, signal)
    const { session, refusal } = this.#owner
    const mayGo = session !== undefined && refusal === undefined && this.queued === 0
    if (!mayGo || !session.dispatch(message, pending)) {
      this.#enqueue({ message, request: pending }, pending, refusal)
    }
    if (signal !== undefined && !pending.settled) {
      pending.obey(signal, () => this.#giveUp(pending, signal))
    }
  }

  /** There may be room: send what waits, in order. */
  room(): void {
    const { session } = this.#owner
    if (session === undefined || this.#isPumping || this.queued === 0) return
    this.#isPumping = true
    const now = this.#limits.clock.now()
    this.#queue?.drain((entry) => take(session, entry, now))
    this.#isPumping = false
  }

  /** Nothing that waits will be sent. */
  reject(error: HawserError): void {
    this.#queue?.reject(({ again }) => (again?.wasSent === true ? resendRefused(error) : error))
  }

  #enqueue(
    entry: Outgoing<In, Out>,
    pending: Pending<never, unknown>,
    refusal: HawserError | undefined,
  ): void {
    if (pending.settled) return
    if (refusal !== undefined) {
      pending.reject(refusal)
      return
    }
    const reached = this.#waitingQueue.push(entry)
    if (reached !== undefined) {
      pending.reject(queueFullError(reached, this.#limits[reached], this.#owner.lastError))
    }
  }

  #giveUp(pending: Pending<In, unknown>, signal: AbortSignal): void {
    pending.reject(requestAborted(signal, this.#owner.session?.connection))
    this.#leave(pending)
  }

  /** It is settled: nothing of ours waits for it. */
  #leave(pending: Pending<In, unknown>): void {
    this.#queue?.gaveUp()
    this.#owner.session?.giveUp(pending)
  }
}

/** @returns false when there is no room for it now */
function take<In, Out>(
  session: Session<In, Out>,
  { message, request, waiter }: Outgoing<In, Out>,
  now: number,
): boolean {
  if (request !== undefined) return session.dispatch(message, request, now)
  try {
    if (!session.connection.trySend(message)) return false
    waiter?.resolve()
  } catch (error) {
    waiter?.reject(error as HawserError)
  }
  return true
}
