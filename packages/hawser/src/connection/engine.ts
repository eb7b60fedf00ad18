import { setImmediate } from 'node:timers'
import { type ErrorDetails, type HawserError, TimeoutError } from '../errors.js'
import type { Framing } from '../framing/framing.js'
import { firstByte } from '../observe/channels.js'
import type { OverflowPayload } from '../observe/payloads.js'
import type { Transport, TransportSink } from '../transport.js'
import { Account } from './account.js'
import { closedError, framingError } from './close-errors.js'
import type { CloseInfo, ConnectionPhase } from './close-info.js'
import { endWhenDone, endWhenLeft, isDelivered } from './completion.js'
import type { Connection } from './connection.js'
import { encoderOf } from './encode-frame.js'
import { Ending } from './ending.js'
import { callClose, callWritable, handlerFailed, runFunction, runOpen } from './handler-calls.js'
import { HandlerConsumer } from './handler-consumer.js'
import {
  publishClose,
  publishFirstByte,
  publishMessageOut,
  publishOverflow,
} from './publications.js'
import { Receiver } from './receiver.js'
import { Sender, type SenderOwner } from './sender.js'
import type { ConnectionOwner, Settings } from './settings.js'
import { upgradeLost } from './start-tls.js'
import { needsWatch, Watch, type Watched } from './watch.js'

/**
 * One connection: a transport, the way in ({@link Receiver}), the way out ({@link Sender}) and the
 * {@link Ending}. What a connection may never need is made when it is needed: idle ones are many.
 */
export class Engine<In, Out> implements TransportSink, SenderOwner<Out>, Watched {
  readonly transport: Transport
  readonly settings: Settings<In, Out>
  readonly receiver: Receiver<In, Out>
  readonly owner: ConnectionOwner<In, Out>
  connection!: Connection<In, Out>
  inEvent = false
  isClosed = false
  /** Its server is closing. */
  draining = false
  /** A function handler, or an `open` without messages behind it, is at work. */
  handlerRuns = false
  #sender: Sender<Out> | undefined
  #watch: Watch | undefined
  #account: Account<In, Out> | undefined
  #ending: Ending<In, Out> | undefined
  #transportGone = false
  #closing: { promise: Promise<CloseInfo>; resolve: (info: CloseInfo) => void } | undefined

  constructor(transport: Transport, settings: Settings<In, Out>, owner: ConnectionOwner<In, Out>) {
    this.transport = transport
    this.settings = settings
    this.owner = owner
    this.receiver = new Receiver(this)
  }

  get sender(): Sender<Out> {
    this.#sender ??= this.#createSender()
    return this.#sender
  }

  /** The sender, if anything was ever sent. */
  get openSender(): Sender<Out> | undefined {
    return this.#sender
  }

  get ending(): Ending<In, Out> {
    this.#ending ??= new Ending(this)
    return this.#ending
  }

  get phase(): ConnectionPhase {
    if (this.isClosed) return 'closed'
    if (this.draining) return 'draining'
    if (this.#ending?.ours === true) return 'ending'
    return this.receiver.ended ? 'peer-ended' : 'open'
  }

  get error(): HawserError | undefined {
    return this.#ending?.error
  }

  get closeInfo(): CloseInfo | undefined {
    return this.#ending?.info
  }

  /** Fulfils with how it ended; made when somebody asks. */
  get closing(): Promise<CloseInfo> {
    if (this.#closing === undefined) {
      const { closeInfo } = this
      let resolve!: (info: CloseInfo) => void
      const promise = new Promise<CloseInfo>((fulfil) => {
        resolve = fulfil
      })
      if (closeInfo !== undefined) resolve(closeInfo)
      this.#closing = { promise, resolve }
    }
    return this.#closing.promise
  }

  get lingers(): boolean {
    return this.#ending !== undefined && this.#ending.lingers
  }

  get details(): ErrorDetails {
    return this.transport.addresses
  }

  get unsent(): number {
    return this.closeInfo?.unsent ?? this.#sender?.unsent ?? 0
  }

  /** Whether what arrives is dropped. */
  get isDiscarding(): boolean {
    return this.#ending !== undefined && this.#ending.discarding
  }

  /** Whether the outbox is above its high-water mark, and that is to stop the way in. */
  get isBlocked(): boolean {
    return this.#sender !== undefined && this.#sender.isBlocked && !this.settings.readWhileBlocked
  }

  /** Whether TLS is about to begin. */
  get isUpgrading(): boolean {
    return this.#sender !== undefined && this.#sender.held
  }

  /** Whether messages are to be held back, apart from a pause. */
  get withholds(): boolean {
    return this.isDiscarding || this.isBlocked || this.isUpgrading
  }

  /** Whether everything accepted was handed to the operating system. */
  get isSendingDone(): boolean {
    if (this.#sender === undefined) return true
    return this.closeInfo === undefined ? this.#sender.idle : this.closeInfo.unsent === 0
  }

  /** Whether the connection stays when its function handler settles. */
  get isDetached(): boolean {
    return this.#ending !== undefined && this.#ending.detached
  }

  /** Whether a stream over our direction was taken and has not ended. */
  get isStreamed(): boolean {
    return this.#ending !== undefined && this.#ending.streamed && !this.#ending.ours
  }

  get canSend(): boolean {
    return !this.isClosed && this.#ending?.ours !== true && this.#sender?.isBlocked !== true
  }

  // ── what the user does ──────────────────────────────────────────────────────────────────────

  start(): void {
    const { handler, idleTimeout, firstByteTimeout } = this.settings
    this.transport.start(this)
    if (handler?.message !== undefined) {
      const consumer = new HandlerConsumer(this)
      this.receiver.consumer = consumer
      consumer.open()
    } else runOpen(this)
    if (idleTimeout !== Infinity || firstByteTimeout !== Infinity) this.arm()
  }

  /** Run a function handler; when it settles, the connection ends. */
  run(handler: (connection: Connection<In, Out>) => void | Promise<void>): void {
    runFunction(this, handler)
  }

  /**
   * Keep the connection when its function handler settles.
   *
   * @param streamed a stream over our direction was taken: its end, and nothing else, ends ours
   */
  detach(streamed: boolean): void {
    if (this.handlerRuns) this.ending.detached = true
    if (streamed) this.ending.streamed = true
  }

  switchFraming(next: Framing<In, Out>): void {
    this.receiver.switchFraming(next)
    this.#sender?.switchTo(encoderOf(next))
  }

  /** End our direction when everything accepted has left. */
  endOurs(by: CloseInfo['by']): void {
    if (!this.isClosed) this.ending.end(by)
  }

  /** End our direction, and discard whatever still arrives. */
  finish(): void {
    if (this.isClosed) return
    this.ending.end('local')
    this.ending.discard()
    this.settle()
  }

  reset(): void {
    if (!this.isClosed) this.ending.reset()
  }

  /** The server is closing: end at once when at rest, else when what was delivered is finished. */
  drain(): void {
    if (this.isClosed || this.draining) return
    this.draining = true
    this.receiver.advance()
  }

  /** The drain's time is up. */
  force(waited: number): void {
    const text = `the connection was still at work ${waited} ms after its server began to close: give it a longer drain, or end its work when the loop ends`
    this.fail(
      new TimeoutError('HAWSER_DRAIN_TIMEOUT', text, { op: 'close', ...this.details }),
      true,
    )
  }

  // ── what goes wrong ─────────────────────────────────────────────────────────────────────────

  /**
   * End the connection because of `error`.
   *
   * @param abrupt reset at once; otherwise what was accepted is sent before the end
   */
  fail(error: HawserError, abrupt: boolean): void {
    if (this.isClosed) return
    this.ending.fail(error, abrupt)
    this.settle()
  }

  /** A handler threw or rejected. */
  handlerFailed(cause: unknown): void {
    handlerFailed(this, cause)
  }

  /** The peer broke the framing: what is wrong reaches the consumer, and the connection ends. */
  malformed(cause: unknown): HawserError {
    const error = framingError('decode', cause, this.details)
    this.fail(error, false)
    return error
  }

  // ── what the transport says ─────────────────────────────────────────────────────────────────

  received(bytes: Uint8Array, borrowed: boolean, headroom: number): void {
    if (firstByte.hasSubscribers && this.receiver.bytes === 0) publishFirstByte(this)
    if (this.isDiscarding) {
      this.receiver.bytes += bytes.length
      return
    }
    this.inEvent = true
    this.receiver.received(bytes, borrowed, headroom)
    this.inEvent = false
    // A handler that answered with a promise goes on in this turn: all its replies leave together.
    if (this.receiver.isMidway) this.#sender?.writeLast()
    else this.#sender?.write()
  }

  peerEnded(): void {
    this.ending.note('remote')
    this.inEvent = true
    this.receiver.peerEnded()
    this.inEvent = false
    this.#sender?.write()
    if (this.receiver.consumer === undefined) this.released()
  }

  wrote(): void {
    this.inEvent = true
    this.#sender?.wrote()
    this.inEvent = false
    this.#sender?.write()
    this.settle()
  }

  gone(cause: Error | undefined): void {
    if (this.isUpgrading) this.fail(upgradeLost(this.details, cause), true)
    else if (cause !== undefined) this.ending.lost(cause)
    this.#transportGone = true
    this.receiver.advance()
  }

  // ── what the sender and the consumer say ────────────────────────────────────────────────────

  waiting(): void {
    this.#accountFor()
    this.arm()
  }

  blocked(): void {
    this.#accountFor()
    this.receiver.updateReading()
  }

  unblocked(): void {
    callWritable(this)
    this.receiver.advance()
  }

  flushed(): void {
    this.#watch?.flushed()
    this.#ending?.send()
    if (this.draining) this.settle()
  }

  sent(message: Out): void {
    publishMessageOut(this, message)
  }

  exceeded(kind: OverflowPayload['kind'], unsent: number, limit: number): void {
    publishOverflow(this, kind, unsent, limit)
  }

  overflowed(error: HawserError): void {
    this.fail(error, true)
  }

  lingered(): void {
    this.transport.close()
  }

  /** Nobody consumes any more: an iteration was left, or told that no more will come. */
  released(): void {
    // Not at once: the code behind the loop may have something to send, or begin another.
    setImmediate(endWhenLeft, this)
  }

  // ── keeping it in line ──────────────────────────────────────────────────────────────────────

  /** Look at the waits that count now. */
  arm(): void {
    if (this.isClosed) return
    this.#watch ??= new Watch(this)
    this.#watch.arm()
  }

  /** Something changed: end, close, read and account as it should be now. */
  settle(): void {
    if (this.isClosed || this.receiver.isAdvancing) return
    if (this.receiver.ended || this.draining) endWhenDone(this)
    if (this.#transportGone) {
      if (this.isDiscarding || this.error !== undefined || isDelivered(this)) this.#close()
      return
    }
    this.receiver.updateReading()
    this.#accountFor()
    if (needsWatch(this)) this.arm()
  }

  #createSender(): Sender<Out> {
    const sender = new Sender(this.transport, encoderOf(this.receiver.framing), this.settings, this)
    const refusal = this.#ending?.refusal
    if (refusal !== undefined) sender.refuse(refusal)
    return sender
  }

  #accountFor(): void {
    const excess = Account.excess(this.receiver.held, this.#sender?.unsent ?? 0)
    if (excess > 0) this.#account ??= new Account(this)
    this.#account?.hold(excess)
  }

  #close(): void {
    const { consumer } = this.receiver
    const info = this.ending.close()
    this.isClosed = true
    this.#watch?.cancel()
    this.#account?.hold(0)
    this.#sender?.abandon(closedError(info, this.details))
    // After an orderly end, what was received can still be iterated.
    if (this.error !== undefined) this.receiver.clear()
    const orderly = this.error === undefined && !this.isDiscarding
    if (consumer?.starving === true || !orderly) this.receiver.dismiss(this.error)
    // The server forgets it first, so that whoever is told counts only those that are left.
    this.owner.closed(this.connection, info)
    publishClose(this, info)
    callClose(this, info)
    this.#closing?.resolve(info)
  }
}
