import { setImmediate } from 'node:timers'
import {
  ConnectionError,
  type ErrorDetails,
  HandlerError,
  HawserError,
  OptionError,
  StateError,
  TimeoutError,
} from '../errors.js'
import type { Framing } from '../framing/framing.js'
import { type BudgetHolder, privateAllowance } from '../policy/budget.js'
import type { Transport, TransportSink } from '../transport.js'
import { bufferOperations } from './buffer-operations.js'
import {
  closedError,
  closeReasonOf,
  decodingError,
  endedError,
  transportError,
} from './close-errors.js'
import type { CloseInfo, CloseReason, ConnectionPhase } from './close-info.js'
import type { Connection } from './connection.js'
import type { Consumer } from './consumer.js'
import { HandlerConsumer } from './handler-consumer.js'
import { Inbox } from './inbox.js'
import { Sender, type SenderOwner } from './sender.js'
import type { ConnectionOwner, Settings } from './settings.js'
import { Watch, type Watched } from './watch.js'

interface Cause {
  readonly by: CloseInfo['by']
  readonly reason: CloseReason
  readonly phase: ConnectionPhase
}

/**
 * One connection's state. What the transport pushes goes to the inbox and from there to the
 * consumer; what is sent goes through the sender to the transport. This decides when reading
 * stops, when our direction ends, and why it all ended.
 */
export class Engine<In, Out> implements TransportSink, SenderOwner, BudgetHolder, Watched {
  readonly transport: Transport
  readonly settings: Settings<In, Out>
  readonly openedAt: number
  connection!: Connection<In, Out>
  consumer: Consumer | undefined
  bytesRead = 0
  messagesRead = 0
  inEvent = false
  isClosed = false
  /** Reading stands still. */
  stopped = false
  /** A function handler is at work; when it settles the connection ends, unless detached. */
  handlerRuns = false
  detached = false
  error: HawserError | undefined
  closeInfo: CloseInfo | undefined
  onClosed: ((info: CloseInfo) => void) | undefined
  lingersSince: number | undefined
  progressAt = 0
  readonly #owner: ConnectionOwner<In, Out>
  #framing: Framing<In, Out>
  #nextFraming: Framing<In, Out> | undefined
  #inbox: Inbox<In> | undefined
  #sender: Sender<Out> | undefined
  #watch: Watch | undefined
  #cause: Cause | undefined
  #held = 0
  #paused = false
  #draining = false
  #discarding = false
  #peerEnded = false
  #localEnd = false
  #finSent = false
  #transportGone = false
  #advancing = false

  constructor(transport: Transport, settings: Settings<In, Out>, owner: ConnectionOwner<In, Out>) {
    this.transport = transport
    this.settings = settings
    this.#owner = owner
    this.#framing = settings.framing
    this.openedAt = settings.firstByteTimeout === Infinity ? 0 : settings.clock.now()
  }

  get inbox(): Inbox<In> {
    this.#inbox ??= new Inbox(this.#framing)
    return this.#inbox
  }

  get sender(): Sender<Out> {
    if (this.#sender === undefined) {
      const shared = this.#framing === this.settings.framing ? this.settings.encoder : undefined
      const encoder = shared ?? this.#framing.createEncoder(bufferOperations)
      this.#sender = new Sender(this.transport, encoder, this.settings, this)
      const refusal = this.#refusal()
      if (refusal !== undefined) this.#sender.refuse(refusal)
    }
    return this.#sender
  }

  /** Whether a message may be handed to the consumer now. */
  get deliverable(): boolean {
    return !(
      this.#paused ||
      this.#discarding ||
      this.error !== undefined ||
      this.#nextFraming !== undefined ||
      (this.#sender !== undefined && this.#sender.isBlocked && !this.settings.readWhileBlocked)
    )
  }

  /** Whether no further message will come: the peer ended and all was taken, or we are draining. */
  get inputDone(): boolean {
    return this.#discarding || this.inbox.done || (this.#draining && this.inbox.empty)
  }

  get phase(): ConnectionPhase {
    if (this.isClosed) return 'closed'
    if (this.#draining) return 'draining'
    if (this.#localEnd) return 'ending'
    return this.#peerEnded ? 'peer-ended' : 'open'
  }

  /** Whether a frame encoded once may be sent on this connection and on others. */
  get sharesFrames(): boolean {
    return this.#framing.perConnection !== true
  }

  /** Whether messages are plain bytes without boundaries. */
  get carriesBytes(): boolean {
    return this.#framing.streaming === true
  }

  get details(): ErrorDetails {
    return this.transport.addresses
  }

  get bytesWritten(): number {
    return this.#sender?.accepted ?? 0
  }

  get messagesWritten(): number {
    return this.#sender?.messages ?? 0
  }

  get unsent(): number {
    return this.closeInfo?.unsent ?? this.#sender?.unsent ?? 0
  }

  get isReading(): boolean {
    return !this.stopped && !this.#peerEnded && !this.#discarding
  }

  get inFrame(): boolean {
    return this.isReading && this.#isPartial
  }

  get isWriting(): boolean {
    return this.#sender !== undefined && this.#sender.isWriting
  }

  get isUnconsumed(): boolean {
    if (this.#discarding || this.isWriting) return false
    return (this.stopped || this.#peerEnded) && this.#inbox !== undefined && !this.#inbox.empty
  }

  get canSend(): boolean {
    return !this.#localEnd && !this.isClosed && !(this.#sender?.isBlocked ?? false)
  }

  // ── from outside ────────────────────────────────────────────────────────────────────────────

  start(): void {
    const { handler } = this.settings
    this.transport.start(this)
    if (handler !== undefined) {
      const consumer = new HandlerConsumer(this)
      if (handler.message !== undefined) this.consumer = consumer
      consumer.open()
    }
    if (this.settings.idleTimeout !== Infinity || this.settings.firstByteTimeout !== Infinity) {
      this.#arm()
    }
  }

  /** Run a function handler; when it settles, the connection ends. */
  run(handler: (connection: Connection<In, Out>) => void | Promise<void>): void {
    this.handlerRuns = true
    try {
      const result = handler(this.connection)
      if (result === undefined) this.handlerSettled()
      else {
        result.then(
          () => this.handlerSettled(),
          (error: unknown) => this.handlerFailed(error),
        )
      }
    } catch (error) {
      this.handlerFailed(error)
    }
  }

  /** @throws StateError when somebody consumes already. */
  consume(consumer: Consumer): void {
    if (this.consumer !== undefined) {
      throw new StateError(
        'HAWSER_ALREADY_CONSUMED',
        'the messages of this connection are already being consumed (by a handler object, a loop, or a stream): ' +
          'leave that one first, or use only one',
        this.details,
      )
    }
    this.consumer = consumer
  }

  release(consumer: Consumer): void {
    if (this.consumer === consumer) this.consumer = undefined
  }

  switchFraming(next: Framing<never, never>): void {
    const framing = next as unknown as Framing<In, Out>
    if (framing.maxFrame > this.settings.inboxLimit) {
      throw new OptionError(
        'HAWSER_INVALID_OPTION',
        `maxFrame is ${framing.maxFrame} bytes and the inbox holds ${this.settings.inboxLimit}: ` +
          'raise the option inbox or lower maxFrame',
        this.details,
      )
    }
    this.#sender?.switchTo(framing.createEncoder(bufferOperations))
    this.#framing = framing
    if (this.#advancing) this.#nextFraming = framing
    else {
      this.#inbox?.switchTo(framing)
      this.advance()
    }
  }

  pause(): void {
    this.#paused = true
    this.#settle()
  }

  resume(): void {
    this.#paused = false
    this.advance()
  }

  /** End our direction when everything accepted has left. */
  endOurs(by: CloseInfo['by'] = 'local'): void {
    if (this.#localEnd || this.isClosed) return
    this.#setCause(by, 'ended')
    this.#localEnd = true
    this.#sender?.refuse(endedError(this.details))
    this.#endTransport()
  }

  /** End our direction, and discard whatever still arrives. */
  finish(): void {
    this.endOurs()
    this.#discard()
  }

  reset(): void {
    this.#setCause('local', 'reset')
    this.#drop()
  }

  /** The server is closing: end at once when at rest, else when what was delivered is finished. */
  drain(): void {
    if (this.isClosed || this.#draining) return
    this.#draining = true
    this.advance()
  }

  /** The drain's time is up. */
  force(waited: number): void {
    const text = `the connection was still at work ${waited} ms after the server began to close (drain)`
    this.expired(new TimeoutError('HAWSER_DRAIN_TIMEOUT', text, this.details), true)
  }

  handlerFailed(cause: unknown): void {
    // What a connection's own end made a handler throw is no fault of the handler.
    const known = cause === this.error || cause === this.#sender?.refusal
    if (known || (this.isClosed && cause instanceof HawserError)) return this.handlerSettled()
    const message = cause instanceof Error ? cause.message : String(cause)
    const error = new HandlerError(
      'HAWSER_HANDLER_FAILED',
      `the handler failed and its connection is closed: ${message}`,
      { ...this.details, op: 'handle', cause },
    )
    this.#owner.failed(error, this.connection)
    this.handlerRuns = false
    this.fail(error, false)
  }

  handlerSettled(): void {
    this.handlerRuns = false
    if (this.detached) this.#settle()
    else this.finish()
  }

  /** An iteration was told that no more will come. */
  inputTaken(): void {
    if (this.handlerRuns) return
    // Not at once: the code behind the loop may still have something to send.
    setImmediate(() => {
      if (!this.handlerRuns && this.consumer === undefined) this.endOurs('remote')
    })
  }

  // ── what the transport says ─────────────────────────────────────────────────────────────────

  data(bytes: Uint8Array, borrowed: boolean, headroom: number): void {
    this.bytesRead += bytes.length
    if (this.#discarding) return
    const { consumer } = this
    let fed = false
    this.inEvent = true
    this.#advancing = true
    try {
      fed = consumer !== undefined && consumer.feed(bytes, borrowed, headroom)
      if (!fed) this.inbox.append(bytes, borrowed)
    } catch (error) {
      this.malformed(error)
    }
    this.#advancing = false
    if (fed && this.#nextFraming === undefined && consumer?.starving === true) this.#settle()
    else this.advance()
    this.inEvent = false
    this.#sender?.write()
  }

  end(): void {
    this.#setCause('remote', 'ended')
    this.#peerEnded = true
    this.inbox.end()
    this.inEvent = true
    this.advance()
    this.inEvent = false
    this.#sender?.write()
    if (this.consumer === undefined && this.inbox.empty) this.inputTaken()
  }

  written(): void {
    this.inEvent = true
    this.#sender?.written()
    this.inEvent = false
    this.#sender?.write()
    this.#settle()
  }

  closed(cause: Error | undefined): void {
    this.#transportGone = true
    const lost = this.unsent > 0 || !this.#localEnd
    if (cause !== undefined && this.#cause?.by !== 'error' && !(this.#discarding && !lost)) {
      const error = transportError(cause, this.details)
      if (this.#cause === undefined || this.#cause.reason === 'ended') {
        const by = error.code === 'HAWSER_CONNECTION_RESET' ? 'remote' : 'error'
        this.#cause = { by, reason: closeReasonOf(error), phase: this.phase }
      }
      this.error ??= error
    }
    this.advance()
  }

  // ── what the sender says ────────────────────────────────────────────────────────────────────

  waiting(): void {
    this.#account()
    this.#arm()
  }

  blocked(): void {
    this.#account()
    this.#updateReading()
  }

  unblocked(): void {
    if (this.settings.handler?.writable !== undefined && !this.isClosed) {
      try {
        this.settings.handler.writable(this.connection)
      } catch (error) {
        this.handlerFailed(error)
      }
    }
    this.advance()
  }

  flushed(): void {
    if (this.#localEnd) this.#endTransport()
  }

  overflowed(error: HawserError): void {
    this.fail(error, true)
  }

  // ── what the clocks and the budget say ──────────────────────────────────────────────────────

  expired(error: HawserError, abrupt: boolean): void {
    this.fail(error, abrupt)
  }

  lingered(): void {
    this.transport.close()
  }

  evict(used: number, limit: number): void {
    const text =
      `the buffers of all connections hold ${used} bytes and may hold ${limit} (pool): this one, with ` +
      `${this.#held} bytes, had been without progress the longest`
    this.fail(new ConnectionError('HAWSER_POOL_FULL', text, this.details), true)
  }

  // ── the state machine ───────────────────────────────────────────────────────────────────────

  /** Let the consumer take what it can, then bring everything else in line. */
  advance(): void {
    if (this.isClosed || this.#advancing) return
    this.#advancing = true
    try {
      do {
        this.#applyFraming()
        this.consumer?.pump()
      } while (this.#nextFraming !== undefined && this.error === undefined)
    } catch (error) {
      this.malformed(error)
    }
    this.#advancing = false
    this.#settle()
  }

  /** The peer broke the framing: what is wrong reaches the consumer, and the connection ends. */
  malformed(cause: unknown): HawserError {
    const error = decodingError(cause, this.details)
    this.fail(error, false)
    return error
  }

  /**
   * End the connection because of `error`.
   *
   * @param abrupt reset at once; otherwise what was accepted is sent before the end
   */
  fail(error: HawserError, abrupt: boolean): void {
    if (this.isClosed || this.error !== undefined) {
      if (abrupt) this.transport.reset()
      return
    }
    this.error = error
    this.#cause = { by: 'error', reason: closeReasonOf(error), phase: this.phase }
    const { consumer } = this
    this.consumer = undefined
    consumer?.closed(error)
    if (abrupt) this.#drop()
    else this.finish()
  }

  #applyFraming(): void {
    if (this.#nextFraming === undefined) return
    this.#inbox?.switchTo(this.#nextFraming)
    this.#nextFraming = undefined
  }

  #settle(): void {
    if (this.isClosed) return
    if (!this.#localEnd && (this.#peerEnded || this.#draining)) this.#endWhenDone()
    if (this.#transportGone) {
      if (this.#isDelivered) this.#close()
      return
    }
    this.#updateReading()
    this.#account()
    if (this.#mustWatch) this.#arm()
  }

  #endWhenDone(): void {
    const { consumer } = this
    const rests = consumer === undefined ? !this.handlerRuns : consumer.atRest
    if (!rests || !this.inputDone) return
    if (this.#draining && this.isSendingDone) {
      this.consumer = undefined
      consumer?.closed(undefined)
      if (!this.handlerRuns) this.finish()
    } else if (consumer instanceof HandlerConsumer) this.endOurs('remote')
  }

  get isSendingDone(): boolean {
    return this.#sender === undefined || this.#sender.idle
  }

  /** Nothing that was received is still to be delivered by a live consumer. */
  get #isDelivered(): boolean {
    if (this.error !== undefined || this.#discarding || this.consumer === undefined) return true
    return this.#peerEnded ? this.inbox.done && this.consumer.atRest : true
  }

  get #isPartial(): boolean {
    if (this.#inbox === undefined || this.#inbox.empty) return false
    return this.consumer !== undefined && this.consumer.starving
  }

  get #mustWatch(): boolean {
    const { settings } = this
    return (
      (this.#inbox !== undefined && !this.#inbox.empty) ||
      this.stopped ||
      this.lingersSince !== undefined ||
      this.isWriting ||
      settings.idleTimeout !== Infinity ||
      (settings.firstByteTimeout !== Infinity && this.bytesRead === 0)
    )
  }

  #updateReading(): void {
    if (this.#peerEnded || this.#transportGone) return
    const stop = !this.#discarding && this.#shouldStop()
    if (stop === this.stopped) return
    this.stopped = stop
    if (stop) this.transport.pause()
    else this.transport.resume()
  }

  #shouldStop(): boolean {
    const { readWhileBlocked, inboxLimit } = this.settings
    if (!readWhileBlocked && this.#sender !== undefined && this.#sender.isBlocked) return true
    if (this.#draining) return !this.#isPartial
    if (this.#inbox === undefined || this.#inbox.size < inboxLimit) return false
    return this.consumer === undefined || !this.consumer.starving
  }

  #account(): void {
    const received = (this.#inbox?.size ?? 0) - privateAllowance
    const waiting = (this.#sender?.unsent ?? 0) - privateAllowance
    const held = Math.max(0, received) + Math.max(0, waiting)
    if (held === this.#held) return
    if (held < this.#held || this.#held === 0) this.progressAt = this.settings.clock.now()
    this.#held = held
    this.settings.budget.hold(this, held)
  }

  #arm(): void {
    this.#watch ??= new Watch(this)
    this.#watch.arm()
  }

  #setCause(by: CloseInfo['by'], reason: CloseReason): void {
    this.#cause ??= { by, reason, phase: this.phase }
  }

  #endTransport(): void {
    if (this.#finSent || this.#transportGone || !this.isSendingDone) return
    this.#finSent = true
    this.transport.end()
    this.#linger()
  }

  #discard(): void {
    if (this.#discarding || this.isClosed) return
    this.#discarding = true
    const { consumer } = this
    this.consumer = undefined
    consumer?.closed(undefined)
    this.#linger()
    this.#settle()
  }

  #linger(): void {
    if (!this.#finSent || !this.#discarding || this.lingersSince !== undefined) return
    this.lingersSince = this.settings.clock.now()
    this.#arm()
  }

  #drop(): void {
    if (this.isClosed) return
    this.#discarding = true
    this.transport.reset()
  }

  #refusal(): HawserError | undefined {
    if (this.closeInfo !== undefined) return closedError(this.closeInfo, this.details)
    return this.#localEnd ? endedError(this.details) : undefined
  }

  #close(): void {
    this.isClosed = true
    this.#watch?.cancel()
    const cause = this.#cause ?? { by: 'remote', reason: 'ended', phase: 'open' }
    const info: CloseInfo = {
      ...cause,
      bytesRead: this.bytesRead,
      bytesWritten: this.bytesWritten,
      unsent: this.#sender?.unsent ?? 0,
      undelivered: this.#inbox?.size ?? 0,
      ...(this.error === undefined ? {} : { error: this.error }),
    }
    this.closeInfo = info
    if (this.#held > 0) this.settings.budget.hold(this, 0)
    this.#sender?.abandon(closedError(info, this.details))
    if (this.error !== undefined) this.#inbox?.clear()
    const { consumer } = this
    consumer?.closed(this.error)
    if (!(consumer instanceof HandlerConsumer)) this.consumer = undefined
    this.#tellHandler(info)
    this.#owner.closed(this.connection, info)
    this.onClosed?.(info)
  }

  #tellHandler(info: CloseInfo): void {
    try {
      this.settings.handler?.close?.(this.connection, info)
    } catch (error) {
      this.handlerFailed(error)
    }
  }
}
