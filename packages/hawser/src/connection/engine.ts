import { setImmediate } from 'node:timers'
import { type ErrorDetails, HandlerError, HawserError, TimeoutError } from '../errors.js'
import type { Framing } from '../framing/framing.js'
import type { Transport, TransportSink } from '../transport.js'
import { Account } from './account.js'
import { bufferOperations } from './buffer-operations.js'
import { closedError, decodingError, endedError } from './close-errors.js'
import type { CloseInfo, ConnectionPhase } from './close-info.js'
import type { Connection } from './connection.js'
import { Ending } from './ending.js'
import { HandlerConsumer } from './handler-consumer.js'
import { Receiver } from './receiver.js'
import { Sender, type SenderOwner } from './sender.js'
import type { ConnectionOwner, Settings } from './settings.js'
import { Watch, type Watched } from './watch.js'

/**
 * One connection: a transport, the way in ({@link Receiver}), the way out ({@link Sender}) and the
 * {@link Ending}. What a connection may never need is made when it is needed: idle ones are many.
 */
export class Engine<In, Out> implements TransportSink, SenderOwner, Watched {
  readonly transport: Transport
  readonly settings: Settings<In, Out>
  readonly receiver: Receiver<In, Out>
  connection!: Connection<In, Out>
  onClosed: ((info: CloseInfo) => void) | undefined
  inEvent = false
  isClosed = false
  /** Its server is closing. */
  draining = false
  /** A function handler is at work, and when it settles the connection ends. */
  handlerRuns = false
  readonly #owner: ConnectionOwner<In, Out>
  #sender: Sender<Out> | undefined
  #watch: Watch | undefined
  #account: Account<In, Out> | undefined
  #ending: Ending<In, Out> | undefined
  #transportGone = false

  constructor(transport: Transport, settings: Settings<In, Out>, owner: ConnectionOwner<In, Out>) {
    this.transport = transport
    this.settings = settings
    this.#owner = owner
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

  /** Whether messages are to be held back, apart from a pause. */
  get withholds(): boolean {
    return this.isDiscarding || this.isBlocked
  }

  get isSendingDone(): boolean {
    return this.#sender === undefined || this.#sender.idle
  }

  get canSend(): boolean {
    return !this.isClosed && this.#ending?.ours !== true && this.#sender?.isBlocked !== true
  }

  // ── what the user does ──────────────────────────────────────────────────────────────────────

  start(): void {
    const { handler, idleTimeout, firstByteTimeout } = this.settings
    this.transport.start(this)
    if (handler !== undefined) {
      const consumer = new HandlerConsumer(this)
      if (handler.message !== undefined) this.receiver.consumer = consumer
      consumer.open()
    }
    if (idleTimeout !== Infinity || firstByteTimeout !== Infinity) this.arm()
  }

  /** Run a function handler; when it settles, the connection ends. */
  run(handler: (connection: Connection<In, Out>) => void | Promise<void>): void {
    this.handlerRuns = true
    try {
      const result = handler(this.connection)
      if (result === undefined) this.#handlerSettled()
      else {
        result.then(
          () => this.#handlerSettled(),
          (error: unknown) => this.handlerFailed(error),
        )
      }
    } catch (error) {
      this.handlerFailed(error)
    }
  }

  switchFraming(next: Framing<In, Out>): void {
    this.receiver.switchFraming(next)
    this.#sender?.switchTo(next.createEncoder(bufferOperations))
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
    const text = `the connection was still at work ${waited} ms after its server began to close`
    this.fail(new TimeoutError('HAWSER_DRAIN_TIMEOUT', text, this.details), true)
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

  handlerFailed(cause: unknown): void {
    // What a connection's own end made a handler throw is no fault of the handler.
    const own = cause instanceof HawserError && (this.isClosed || cause === this.#sender?.refusal)
    if (own || (cause !== undefined && cause === this.error)) {
      this.#handlerSettled()
      return
    }
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

  /** The peer broke the framing: what is wrong reaches the consumer, and the connection ends. */
  malformed(cause: unknown): HawserError {
    const error = decodingError(cause, this.details)
    this.fail(error, false)
    return error
  }

  // ── what the transport says ─────────────────────────────────────────────────────────────────

  data(bytes: Uint8Array, borrowed: boolean, headroom: number): void {
    if (this.isDiscarding) {
      this.receiver.bytes += bytes.length
      return
    }
    this.inEvent = true
    this.receiver.data(bytes, borrowed, headroom)
    this.inEvent = false
    this.#sender?.write()
  }

  end(): void {
    this.ending.note('remote', 'ended')
    this.inEvent = true
    this.receiver.end()
    this.inEvent = false
    this.#sender?.write()
    if (this.receiver.consumer === undefined && this.receiver.empty) this.inputTaken()
  }

  written(): void {
    this.inEvent = true
    this.#sender?.written()
    this.inEvent = false
    this.#sender?.write()
    this.settle()
  }

  closed(cause: Error | undefined): void {
    if (cause !== undefined) this.ending.lost(cause)
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
    const { handler } = this.settings
    if (handler?.writable !== undefined && !this.isClosed) {
      try {
        handler.writable(this.connection)
      } catch (error) {
        this.handlerFailed(error)
      }
    }
    this.receiver.advance()
  }

  flushed(): void {
    this.#ending?.send()
    if (this.draining) this.settle()
  }

  overflowed(error: HawserError): void {
    this.fail(error, true)
  }

  lingered(): void {
    this.transport.close()
  }

  /** An iteration was told that no more will come. */
  inputTaken(): void {
    if (this.handlerRuns) return
    // Not at once: the code behind the loop may still have something to send.
    setImmediate(() => {
      if (!this.handlerRuns && this.receiver.consumer === undefined) this.endOurs('remote')
    })
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
    if (this.receiver.ended || this.draining) this.#endWhenDone()
    if (this.#transportGone) {
      if (this.isDiscarding || this.error !== undefined || this.receiver.isDelivered) this.#close()
      return
    }
    this.receiver.updateReading()
    this.#accountFor()
    if (this.#mustWatch) this.arm()
  }

  get #mustWatch(): boolean {
    const { idleTimeout, firstByteTimeout } = this.settings
    const { receiver } = this
    return (
      receiver.stopped ||
      !receiver.empty ||
      (this.#sender !== undefined && this.#sender.isWriting) ||
      idleTimeout !== Infinity ||
      (firstByteTimeout !== Infinity && receiver.bytes === 0)
    )
  }

  #createSender(): Sender<Out> {
    const { framing, encoder } = this.settings
    const shared = this.receiver.framing === framing ? encoder : undefined
    const used = shared ?? this.receiver.framing.createEncoder(bufferOperations)
    const sender = new Sender(this.transport, used, this.settings, this)
    if (this.closeInfo !== undefined) sender.refuse(closedError(this.closeInfo, this.details))
    else if (this.#ending?.ours === true) sender.refuse(endedError(this.details))
    return sender
  }

  #handlerSettled(): void {
    if (!this.handlerRuns) return
    this.handlerRuns = false
    this.finish()
  }

  #endWhenDone(): void {
    const { consumer, ended, done } = this.receiver
    const rests = consumer === undefined ? !this.handlerRuns : consumer.atRest
    if (this.#ending?.ours === true || !rests || !done) return
    if (this.draining && this.isSendingDone) {
      this.receiver.dismiss(undefined)
      // A function handler still gets to say goodbye: its settling ends the connection.
      if (!this.handlerRuns) this.finish()
    } else if (ended && consumer instanceof HandlerConsumer) this.endOurs('remote')
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
    if (consumer instanceof HandlerConsumer) consumer.closed()
    else this.receiver.dismiss(this.error)
    try {
      this.settings.handler?.close?.(this.connection, info)
    } catch (error) {
      this.handlerFailed(error)
    }
    this.#owner.closed(this.connection, info)
    this.onClosed?.(info)
  }
}
