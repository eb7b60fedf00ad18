import { setImmediate } from 'node:timers'
import { ConnectionError, type ErrorDetails, type HawserError } from '../errors.js'
import type { Encoder } from '../framing/framing.js'
import { messageOut } from '../observe/channels.js'
import type { Transport } from '../transport.js'
import { framingError } from './close-errors.js'
import { Flushes } from './flushes.js'
import { Outbox } from './outbox.js'
import { rejected, type Waiter, withResolvers } from './promises.js'
import { writeLater } from './turn.js'

/**
 * Bytes written in one turn after which `send` asks to wait for the next. A loop that awaits `send`
 * to a reader as fast as itself would otherwise keep the event loop from everybody else.
 */
const longestBurst = 1024 * 1024

/** What `send` answers while there is room: one promise for everybody, known by its identity. */
export const accepted: Promise<void> = Promise.resolve()

/** What the sender tells the engine. */
export interface SenderOwner<Out> {
  /** Both ends' names, for errors. */
  readonly details: ErrorDetails
  /** True while an event is handled, at the end of which the owner calls `write`. */
  readonly inEvent: boolean
  /** A write is under way that the operating system did not take at once. */
  waiting(): void
  /** The outbox is above its high-water mark; called for each message that finds it so. */
  blocked(): void
  /** The outbox is below its high-water mark again. */
  unblocked(): void
  /** Everything accepted has been handed to the operating system. */
  flushed(): void
  /** A message was accepted; called only while somebody observes messages. */
  sent(message: Out): void
  /** `unsent` bytes wait, more than `limit`; called once each time that comes about. */
  exceeded(kind: 'high-water' | 'full', unsent: number, limit: number): void
  /** Nothing more can be sent: end the connection with this error. */
  overflowed(error: HawserError): void
}

/** The limits a sender keeps, shared by all connections of a server. */
export interface SenderLimits {
  /** Bytes above which `send` answers a pending promise. */
  readonly highWaterMark: number
  /** Bytes above which the connection is closed. */
  readonly outboxLimit: number
}

/**
 * The way out of one connection: messages are encoded into the outbox, and the outbox is written
 * once at the end of the event or turn that filled it. At most one write is under way.
 */
export class Sender<Out> {
  readonly #transport: Transport
  readonly #owner: SenderOwner<Out>
  readonly #limits: SenderLimits
  #encoder: Encoder<Out>
  #outbox = new Outbox()
  /** What still leaves in plain text when TLS is about to begin; written before the rest. */
  #before: Outbox | undefined
  #handed = 0
  #writing = 0
  #scheduled = false
  #blocked = false
  #above = false
  #burst = 0
  #refusal: HawserError | undefined
  /** Shared by all who wait for room: one for each message would outweigh small messages. */
  #room: Waiter | undefined
  #flushes: Flushes | undefined
  #sealed = false
  messages = 0
  /** TLS is about to begin: nothing is read until it has. */
  held = false

  constructor(
    transport: Transport,
    encoder: Encoder<Out>,
    limits: SenderLimits,
    owner: SenderOwner<Out>,
  ) {
    this.#transport = transport
    this.#encoder = encoder
    this.#limits = limits
    this.#owner = owner
  }

  /** Bytes accepted since the beginning. */
  get accepted(): number {
    return this.#handed + this.#waiting
  }

  /** Bytes accepted and not yet handed to the operating system. */
  get unsent(): number {
    return this.#waiting + (this.#writing > 0 ? this.#transport.unsent : 0)
  }

  /** What messages are encoded with. */
  get encoder(): Encoder<Out> {
    return this.#encoder
  }

  /** Whether a write is under way. */
  get isWriting(): boolean {
    return this.#writing > 0
  }

  /** Whether nothing waits and no write is under way. */
  get idle(): boolean {
    return this.#writing === 0 && this.#upperBound === 0
  }

  /** Whether the outbox is above its high-water mark. */
  get isBlocked(): boolean {
    return this.#blocked
  }

  /** Why nothing can be sent, once that is so. */
  get refusal(): HawserError | undefined {
    return this.#refusal
  }

  /** Encode with another framing from the next message on. */
  switchTo<Other>(encoder: Encoder<Other>): void {
    ;(this as unknown as Sender<Other>).#encoder = encoder
  }

  send(message: Out): Promise<void> {
    const error = this.#put(message)
    if (error !== undefined) return rejected(error)
    if (!this.#blocked) return accepted
    this.#room ??= withResolvers()
    return this.#room.promise
  }

  trySend(message: Out): boolean {
    if (this.#blocked || this.#refusal !== undefined) return false
    const error = this.#put(message)
    if (error !== undefined && error.code !== 'HAWSER_OUTBOX_FULL') throw error
    return error === undefined
  }

  /** Take a frame that was encoded before, for several connections at once. */
  share(frame: Uint8Array, message: Out): boolean {
    if (this.#refusal !== undefined) return false
    this.#outbox.share(frame)
    this.messages += 1
    if (messageOut.hasSubscribers) this.#owner.sent(message)
    return this.#settle() === undefined
  }

  /** Settles when what was accepted until now was handed to the operating system. */
  flush(): Promise<void> {
    if (this.#refusal !== undefined && this.#isBroken) return rejected(this.#refusal)
    if (this.idle) return accepted
    this.#flushes ??= new Flushes()
    return this.#flushes.wait(this.accepted)
  }

  /** Write what waits, unless a write is under way. */
  write(): void {
    this.#scheduled = false
    if (this.#writing > 0 || this.#isBroken) return
    if (this.#before !== undefined) this.#writeOut(this.#before)
    else if (!this.#sealed) this.#writeOut(this.#outbox)
  }

  /** Write what waits when everybody who goes on in this turn has had a go. */
  writeLast(): void {
    if (this.#scheduled || this.#writing > 0) return
    this.#scheduled = true
    // What a microtask schedules comes when all of them are done, whatever they lead to.
    queueMicrotask(() => writeLater(this))
  }

  /** Write what waits, and none of what is accepted from now on until `release`. */
  seal(): void {
    this.write()
    this.held = this.#sealed = true
    // A write is under way, and this goes out behind it.
    if (this.#outbox.upperBound > 0) this.#before = this.#outbox
    this.#outbox = new Outbox()
  }

  /**
   * Write one more message, in front of what is held back.
   *
   * @returns settles when all of that was handed to the operating system
   */
  sendSealed(message: Out | undefined): Promise<void> {
    if (message !== undefined) {
      const held = this.#outbox
      this.#outbox = this.#before ?? new Outbox()
      const error = this.#put(message)
      this.#before = this.#outbox
      this.#outbox = held
      if (error !== undefined) return rejected(error)
    }
    this.write()
    const size = this.#before?.size ?? 0
    if (this.#writing === 0 && size === 0) return accepted
    this.#flushes ??= new Flushes()
    return this.#flushes.wait(this.#handed + size)
  }

  /** Write again. */
  release(): void {
    this.held = this.#sealed = false
    this.write()
  }

  /** The transport has handed over all of the write that was under way. */
  wrote(): void {
    if (this.#writing === 0) return
    this.#finishWrite()
    this.write()
  }

  /** Accept nothing from now on; what was accepted still goes out. */
  refuse(error: HawserError): void {
    if (!this.#isBroken) this.#refusal = error
  }

  /** The transport is gone: whoever waits is told. */
  abandon(error: HawserError): void {
    this.#refusal = error
    this.#handed = this.accepted
    this.#outbox.clear()
    this.#before = undefined
    this.#blocked = false
    this.#room?.reject(error)
    this.#room = undefined
    this.#flushes?.reject(error)
  }

  /** Whether what waits will never leave; after an orderly end it still does. */
  get #isBroken(): boolean {
    return this.#refusal !== undefined && this.#refusal.code !== 'HAWSER_CONNECTION_ENDED'
  }

  get #waiting(): number {
    return this.#outbox.size + (this.#before?.size ?? 0)
  }

  get #upperBound(): number {
    return this.#outbox.upperBound + (this.#before?.upperBound ?? 0)
  }

  #writeOut(outbox: Outbox): void {
    const size = outbox.size
    if (size > 0) {
      this.#handed += size
      this.#writing = size
      if (this.#transport.write(outbox.take())) this.#finishWrite()
      else this.#owner.waiting()
    }
  }

  #put(message: Out): HawserError | undefined {
    if (this.#refusal !== undefined) return this.#refusal
    const { mark } = this.#outbox
    try {
      this.#encoder.encode(message, this.#outbox)
    } catch (cause) {
      const error = framingError('encode', cause, this.#owner.details)
      // Half a frame is in the outbox: whatever followed would be misread.
      if (this.#outbox.mark !== mark) this.#owner.overflowed(error)
      return error
    }
    this.messages += 1
    if (messageOut.hasSubscribers) this.#owner.sent(message)
    return this.#settle()
  }

  #settle(): HawserError | undefined {
    if (!this.#scheduled && !this.#owner.inEvent && this.#writing === 0) {
      this.#scheduled = true
      writeLater(this)
    }
    const { highWaterMark, outboxLimit } = this.#limits
    if (this.#writing === 0 && this.#upperBound <= highWaterMark) return undefined
    if (this.unsent <= highWaterMark) return undefined
    // Only what the operating system would not take counts as a reader that is slow.
    if (this.#writing === 0) this.#writeNow()
    const { unsent } = this
    if (unsent > outboxLimit) {
      this.#owner.exceeded('full', unsent, outboxLimit)
      const error = new ConnectionError(
        'HAWSER_OUTBOX_FULL',
        `${unsent} bytes wait to be sent and the outbox may hold ${outboxLimit}: the peer reads ` +
          'too slowly; await send(), check trySend(), or raise the option outbox',
        { op: 'write', ...this.#owner.details },
      )
      this.#owner.overflowed(error)
      return error
    }
    if (unsent > highWaterMark || this.#burst > longestBurst) {
      this.#blocked = true
      this.#owner.blocked()
      if (unsent > highWaterMark) this.#rise(unsent, highWaterMark)
    }
    return undefined
  }

  #rise(unsent: number, limit: number): void {
    if (this.#above) return
    this.#above = true
    this.#owner.exceeded('high-water', unsent, limit)
  }

  #finishWrite(): void {
    this.#writing = 0
    this.#outbox.reclaim()
    this.#before?.reclaim()
    if (this.#before?.upperBound === 0) this.#before = undefined
    this.#flushes?.reach(this.#handed)
    this.#unblock()
    if (this.#upperBound === 0) this.#owner.flushed()
  }

  #unblock(): void {
    if (!this.#blocked || this.#isBroken || this.#burst > longestBurst) return
    if (this.#waiting > this.#limits.highWaterMark) return
    this.#blocked = this.#above = false
    this.#room?.resolve()
    this.#room = undefined
    this.#owner.unblocked()
  }

  /** Write in the middle of a turn, and remember how much until the turn is over. */
  #writeNow(): void {
    if (this.#burst === 0) setImmediate(endBurst, this)
    this.#burst += this.#outbox.size
    this.write()
  }

  /** The turn is over in which there was too much to wait for its end. */
  endBurst(): void {
    this.#burst = 0
    if (this.#writing === 0) this.#unblock()
  }
}

function endBurst(sender: { endBurst(): void }): void {
  sender.endBurst()
}
