import { valueOf } from '../../callbacks.js'
import { engineOf } from '../../connection/connection.js'
import type { Connection } from '../../connection/face.js'
import type { CloseInfo } from '../../connection/end/close-info.js'
import { Deadlines } from '../../policy/deadlines.js'
import { holds } from '../../connection/in/holds.js'
import { refuseReceive, type Reserved } from '../../connection/in/receive.js'
import { SingleConsumer } from '../../connection/in/single-consumer.js'
import { ClientError, type HawserError } from '../../errors.js'
import type { Clock, ClockTimer } from '../../policy/clock.js'
import {
  disconnectedError,
  receiveBesideRequests,
  receiveOfClient,
  requestTimeout,
  unansweredError,
} from './request-errors.js'
import type { Correlator } from '../correlators/correlation.js'
import { Pending } from '../correlators/pending.js'

/** What a session tells its owner. */
export interface SessionOwner<In> {
  /** Whether replies wait behind pushed messages that are not taken. */
  readonly isDeaf?: boolean
  /** Whether one caller has the connection for a while, and may take messages from it. */
  readonly isLent?: boolean
  /** The server pushed a message; while a returned promise is pending nothing more is delivered. */
  pushed(message: In): void | Promise<void>
  /** A message is the reply to a request that was given up; it is dropped. */
  late(): void
  /** There may be room for requests again. */
  room(): void
  /**
   * The connection was lost, and these requests may be sent again.
   *
   * @returns whether they will be
   */
  lost?(requests: readonly Pending<In, unknown>[]): boolean
}

/** How requests of a session are limited. */
export interface SessionLimits<In> {
  readonly clock: Clock
  /** Milliseconds that only requests which were given up may be in the way of others; `Infinity` is off. */
  readonly requestTimeout: number
  /** Whether a message is the reply to a ping, and to no request. */
  readonly isPong?: ((message: In) => boolean) | undefined
}

/**
 * One connection and the requests on it. Whatever happens to the connection, each of them settles
 * once; a reply that comes too late goes to no other request.
 */
export class Session<In, Out> {
  /** Takes the messages of its connection. */
  readonly handler: Reserved<In, Out>
  readonly #owner: SessionOwner<In>
  readonly #correlator: Correlator<In, Out>
  readonly #limits: SessionLimits<In>
  readonly #deadlines: Deadlines
  #connection: Connection<In, Out> | undefined
  #isFull = false
  /** `onConnect` is at work. */
  #isGreeting = false
  /** Runs while every place is taken by a request that was given up. */
  #blocked: ClockTimer | undefined

  constructor(correlator: Correlator<In, Out>, limits: SessionLimits<In>, owner: SessionOwner<In>) {
    this.#correlator = correlator
    this.#limits = limits
    this.#owner = owner
    this.#deadlines = new Deadlines(limits.clock, () => this.#expire())
    this.handler = {
      open: (connection) => {
        this.#connection = connection
      },
      [refuseReceive]: () => this.#refuseReceive(),
      message: (_connection, message) => this.#receive(message),
      writable: () => owner.room(),
      close: (_connection, info) => this.#closed(info),
    }
  }

  /** The connection; there once it is open. */
  get connection(): Connection<In, Out> {
    if (this.#connection === undefined) throw new TypeError('the session has no connection yet')
    return this.#connection
  }

  /** Whether it takes more: neither it nor its end has begun to end. */
  get isOpen(): boolean {
    const { phase } = this.connection
    return phase === 'open' || phase === 'peer-ended'
  }

  /** Requests that wait for their reply. */
  get pending(): number {
    let count = 0
    for (const _ of this.#correlator.waiting) count += 1
    return count
  }

  /** Whether a ping would wait behind a request whose reply the server holds back. */
  get isBlocked(): boolean {
    for (const { blocks } of this.#correlator.waiting) if (blocks) return true
    return false
  }

  /** What those requests wait for. */
  get promises(): Promise<unknown>[] {
    return [...this.#correlator.waiting].map(({ promise }) => promise)
  }

  /**
   * Send a request, if there is room for one.
   *
   * @param now when this is: where it waited to be sent, that is later than when it was made
   * @returns false, with nothing done, when there is none now. Otherwise `pending` will settle.
   */
  dispatch(message: Out, pending: Pending<In, unknown>, now: number = pending.sent): boolean {
    if (pending.settled) return true
    const correlator = this.#correlator
    // What came before the request is no reply to it, and its reply is for nothing else.
    this.#takeOver()
    if (this.#isGreeting && this.pending === 0) this.#keep(false)
    if (correlator.isFull) {
      this.#isFull = true
      return false
    }
    pending.sent = now
    if (!this.#send(message, pending)) return pending.settled
    if (pending.deadline !== Infinity) this.#deadlines.expect(pending.deadline, now)
    return true
  }

  /** Until `greeted`, messages that no request waits for are kept for `receive`. */
  greet(): void {
    this.#isGreeting = true
    this.#keep(true)
  }

  /** What was kept, and all that follows, is what the correlator says it is. */
  greeted(): void {
    this.#isGreeting = false
    this.#takeOver()
    this.#keep(false)
  }

  /** Wait for a reply no more; when it comes it is dropped. */
  giveUp(pending: Pending<In, unknown>): void {
    this.#correlator.giveUp(pending)
    this.#roomAgain()
    this.#watchBlocked()
  }

  /**
   * A ping, past all that wait.
   *
   * @returns fulfils with the reply; rejects as the client's `request` does
   */
  ping(message: Out): Promise<In> {
    const ping = new Pending<In>(this.#limits.clock.now(), Infinity)
    if (!this.dispatch(message, ping)) {
      const text = 'there is no room for a request on this connection: await the ones before it'
      ping.reject(new ClientError('HAWSER_QUEUE_FULL', text, { op: 'request' }))
    }
    return ping.promise
  }

  /** End the connection because of `error`: nothing on it can be relied on. */
  fail(error: HawserError): void {
    engineOf(this.connection).fail(error, true)
  }

  /** The messages are the session's again, whatever `receive` still waits for one. */
  #takeOver(): void {
    const { consumer } = engineOf(this.connection).receiver
    if (consumer instanceof SingleConsumer) consumer.leave(receiveBesideRequests(this.connection))
  }

  #keep(isKept: boolean): void {
    const { receiver } = engineOf(this.connection)
    if (isKept) receiver.hold(holds.greeting)
    else receiver.release(holds.greeting)
  }

  #refuseReceive(): HawserError | undefined {
    // Those given up count: their replies come all the same.
    if (this.#correlator.size > 0) return receiveBesideRequests(this.connection)
    return this.#isGreeting || this.#owner.isLent === true
      ? undefined
      : receiveOfClient(this.connection)
  }

  #receive(message: In): void | Promise<void> {
    const { isPong } = this.#limits
    if (isPong !== undefined && valueOf('heartbeat.isPong', isPong(message))) return undefined
    const verdict = this.#correlator.receive(message, this.connection)
    switch (verdict) {
      case 'reply':
        if (this.#isGreeting && this.pending === 0) this.#keep(true)
        this.#roomAgain()
        return
      case 'late':
        if (this.#isGreeting && this.#correlator.size === 0) this.#keep(true)
        this.#owner.late()
        this.#roomAgain()
        return
      case 'push':
        return this.#owner.pushed(message)
      case 'unexpected':
        this.fail(unansweredError(this.connection))
        return
      case 'part':
        return
      default:
        return verdict
    }
  }

  /** @returns false when it was not sent: it is settled, or there is no room for it */
  #send(message: Out, pending: Pending<In, unknown>): boolean {
    const correlator = this.#correlator
    let prepared: Out
    try {
      prepared = correlator.prepare(message, pending)
    } catch (error) {
      pending.reject(error as HawserError)
      return false
    }
    try {
      if (this.connection.trySend(prepared)) {
        correlator.commit(pending)
        return true
      }
    } catch (error) {
      pending.reject(error as HawserError)
    }
    correlator.cancel(pending)
    return false
  }

  #roomAgain(): void {
    if (!this.#isFull && this.#blocked === undefined) return
    if (this.#correlator.isFull) return
    this.#blocked?.cancel()
    this.#blocked = undefined
    this.#isFull = false
    this.#owner.room()
  }

  #expire(): void {
    const now = this.#limits.clock.now()
    let next = Infinity
    for (const pending of this.#correlator.waiting) {
      const deadline = pending.isHeld ? now + pending.timeout : pending.deadline
      if (deadline > now) next = Math.min(next, deadline)
      else {
        pending.reject(requestTimeout(pending.timeout, this.connection, this.#owner.isDeaf))
        this.giveUp(pending)
      }
    }
    if (next !== Infinity) this.#deadlines.expect(next, now)
  }

  /**
   * Where every place is taken by a request that was given up, nothing is sent any more unless their replies come.
   * In order, the first of them has had the time since it was sent, which may have been a moment ago: it had
   * waited for a connection, or its caller was in a hurry.
   */
  #watchBlocked(): void {
    const { clock, requestTimeout: most } = this.#limits
    const { isFull, first } = this.#correlator
    if (!isFull || this.pending > 0 || this.#blocked !== undefined) return
    const patience = most === Infinity && first !== undefined ? first.timeout : most
    const end = (): void => this.fail(requestTimeout(0, this.connection))
    const left = first === undefined ? patience : first.sent + patience - clock.now()
    if (left <= 0) end()
    else if (left !== Infinity) this.#blocked = clock.schedule(end, left, true)
  }

  #closed(info: CloseInfo): void {
    this.#deadlines.cancel()
    this.#blocked?.cancel()
    const error = disconnectedError(info, this.connection)
    const waiting = [...this.#correlator.waiting]
    const again = waiting.filter((pending) => pending.again !== undefined)
    const isKept = again.length > 0 && this.#owner.lost?.(again) === true
    for (const pending of waiting) {
      if (!isKept || pending.again === undefined) pending.reject(error)
    }
  }
}
