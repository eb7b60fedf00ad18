import type { HawserError } from '../../errors.js'
import { putFrame } from '../../framing/checked-encoder.js'
import type { Encoder } from '../../framing/framing.js'
import { bytesOut, messageOut } from '../../observe/channels.js'
import type { Transport } from '../../transport.js'
import { framingError } from '../end/close-errors.js'
import { accepted, rejected } from '../../promises.js'
import { publishBytesOut } from '../publications.js'
import { chargeSend } from '../work.js'
import { Brake } from './brake.js'
import { Burst } from './burst.js'
import { Flushes } from './flushes.js'
import { Outboxes } from './outboxes.js'
import { overflow } from './overflow.js'
import type { SenderHost } from './sender-host.js'
import { isFewBytes, writeCopy } from './write-copy.js'
import { writeLast, writeLater } from './write-later.js'

/** What is still taken to be sent. */
type Intake = 'open' | 'ended' | 'broken'

/**
 * The way out of one connection: messages are encoded into the outbox, and the outbox is written
 * once at the end of the event or turn that filled it. At most one write is under way.
 */
export class Sender<Out> {
  readonly #transport: Transport
  readonly #host: SenderHost<Out>
  #encoder: Encoder<Out>
  readonly #boxes = new Outboxes()
  #handed = 0
  #writing = 0
  #scheduled = false
  #burst: Burst | undefined
  #intake: Intake = 'open'
  #brake: Brake | undefined
  #flushes: Flushes | undefined
  messages = 0

  constructor(transport: Transport, encoder: Encoder<Out>, host: SenderHost<Out>) {
    this.#transport = transport
    this.#encoder = encoder
    this.#host = host
  }

  /** Bytes accepted since the beginning. */
  get accepted(): number {
    return this.#handed + this.#boxes.measure()
  }

  /** Bytes accepted and not yet handed to the operating system. */
  get unsent(): number {
    return this.#boxes.measure() + (this.#writing > 0 ? this.#transport.unsent : 0)
  }

  /** Bytes of memory they take: a write that is under way keeps all it was given until its end. */
  get held(): number {
    return this.#boxes.measure() + this.#writing
  }

  /** How much of that is above `allowance`. */
  heldBeyond(allowance: number): number {
    // The most that may wait needs no counting.
    if (this.#boxes.isWithin(allowance - this.#writing)) return 0
    return Math.max(0, this.held - allowance)
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
    return this.#writing === 0 && this.#boxes.empty
  }

  /** Whether the outbox is above its high-water mark. */
  get isBlocked(): boolean {
    return this.#brake?.isOn === true
  }

  /** Whether a sender awaits room in it, and so slows itself down. */
  get isAwaited(): boolean {
    return this.#brake?.isAwaited === true
  }

  /** Whether TLS is about to begin: nothing is read until it has. */
  get isSealed(): boolean {
    return this.#boxes.isSealed
  }

  /** Whether nothing more is taken. */
  get refuses(): boolean {
    return this.#intake !== 'open'
  }

  /** Encode with another framing from the next message on. */
  switchTo<Other>(encoder: Encoder<Other>): void {
    ;(this as unknown as Sender<Other>).#encoder = encoder
  }

  send(message: Out): Promise<void> {
    const error = this.#put(message)
    if (error !== undefined) return rejected(error)
    return this.#brake?.isOn === true ? this.#brake.room : accepted
  }

  /** Send bytes as they are, for a framing that adds none, and write at once. */
  pass(bytes: Out & Uint8Array): void {
    if (!this.#isFree || !isFewBytes(bytes.length, this.#host.settings.highWaterMark)) {
      this.#scheduled = true
      this.#put(bytes)
      return this.write()
    }
    this.messages += 1
    chargeSend()
    this.#handed += this.#writing = bytes.length
    if (writeCopy(this.#transport, bytes)) this.#settleWrite()
    else this.#host.waiting()
    this.#settle()
  }

  trySend(message: Out): boolean {
    if (this.isBlocked || this.refuses) return false
    const error = this.#put(message, true)
    if (error !== undefined && error.code !== 'HAWSER_OUTBOX_FULL') throw error
    return error === undefined
  }

  /** Take a frame that was encoded before, for several connections at once. */
  share(frame: Uint8Array, message: Out): boolean {
    if (this.refuses) return false
    this.#boxes.current.share(frame)
    return this.#taken(message) === undefined
  }

  /** Settles when what was accepted until now was handed to the operating system. */
  flush(): Promise<void> {
    const { refusal } = this.#host
    if (this.#intake === 'broken' && refusal !== undefined) return rejected(refusal)
    if (this.idle) return accepted
    this.#flushes ??= new Flushes()
    return this.#flushes.wait(this.accepted)
  }

  /** Write what waits, unless a write is under way. */
  write(): void {
    this.#scheduled = false
    if (this.#writing > 0 || this.#intake === 'broken' || this.idle) return
    for (let outbox = this.#boxes.next; outbox !== undefined; outbox = this.#boxes.next) {
      const { chunks, size } = outbox.take()
      this.#handed += size
      // Nothing but empty messages without a header has no bytes.
      if (size === 0) continue
      this.#writing = size
      if (bytesOut.hasSubscribers) publishBytesOut(this.#host, chunks)
      if (!this.#transport.write(chunks, size)) {
        this.#host.waiting()
        return
      }
      this.#settleWrite()
    }
    this.#settle()
  }

  /** Write what waits when all that goes on in this turn has had its go. */
  writeLast(isMore: boolean): void {
    if (this.#scheduled || this.#writing > 0) return
    this.#scheduled = true
    writeLast(this, isMore)
  }

  /** Write what waits, and none of what is accepted from now on until `release`. */
  seal(): void {
    this.write()
    // What is left goes out behind the write that is under way.
    this.#boxes.seal()
  }

  /**
   * Write one more message, in front of what is held back.
   *
   * @returns settles when all of that was handed to the operating system
   */
  sendSealed(message: Out | undefined): Promise<void> {
    if (message !== undefined) {
      const error = this.#boxes.inFront(() => this.#put(message))
      if (error !== undefined) return rejected(error)
    }
    this.write()
    const size = this.#boxes.measureFront()
    if (this.#writing === 0 && size === 0) return accepted
    this.#flushes ??= new Flushes()
    return this.#flushes.wait(this.#handed + size)
  }

  /** Write again. */
  release(): void {
    this.#boxes.release()
    this.write()
  }

  /** The transport has handed over all of the write that was under way. */
  wrote(): void {
    if (this.#writing === 0) return
    this.#settleWrite()
    this.#settle()
    this.write()
  }

  /** Accept nothing from now on. `ended`: what was accepted still goes out. */
  refuse(intake: Exclude<Intake, 'open'>): void {
    if (this.#intake !== 'broken') this.#intake = intake
  }

  /** The transport is gone: what waits for it is told. */
  abandon(): void {
    this.#intake = 'broken'
    this.#handed = this.accepted
    this.#boxes.clear()
    const refusal = (): HawserError => this.#host.refusal as HawserError
    this.#brake?.abandon(refusal)
    this.#flushes?.abandon(refusal)
  }

  /** Whether nothing is in the way of a write, nor watches it: its bytes need no place to wait. */
  get #isFree(): boolean {
    const isRoom = this.idle && !this.isSealed && !this.isBlocked && !this.refuses
    return isRoom && !messageOut.hasSubscribers && !bytesOut.hasSubscribers
  }

  #put(message: Out, isTold = false): HawserError | undefined {
    if (this.refuses) return this.#host.refusal
    const outbox = this.#boxes.current
    const { mark } = outbox
    try {
      putFrame(this.#encoder, message, outbox)
    } catch (cause) {
      const error = framingError('encode', cause, this.#host.details)
      // Half a frame is in the outbox: whatever followed would be misread.
      if (outbox.mark !== mark) this.#host.overflowed(error)
      return error
    }
    return this.#taken(message, isTold)
  }

  #taken(message: Out, isTold = false): HawserError | undefined {
    this.messages += 1
    chargeSend()
    if (messageOut.hasSubscribers) this.#host.sent(message)
    if (!this.#scheduled && !this.#host.inEvent && this.#writing === 0) {
      this.#scheduled = true
      writeLater(this)
    }
    const { highWaterMark, outboxLimit } = this.#host.settings
    const isLow = this.#boxes.isWithin(highWaterMark - this.#writing)
    if (isLow || this.unsent <= highWaterMark) return undefined
    // Only what the operating system would not take counts as a reader that is slow.
    if (this.#writing === 0) this.#writeNow()
    const { unsent } = this
    if (unsent > outboxLimit) return overflow(this.#host, unsent, outboxLimit)
    if (unsent > highWaterMark || this.#burst?.isLong === true) {
      this.#brake ??= new Brake(this.#host)
      this.#brake.pull(unsent, highWaterMark, isTold)
    }
    return undefined
  }

  #settleWrite(): void {
    this.#writing = 0
    this.#boxes.reclaim()
    this.#flushes?.reach(this.#handed)
  }

  /** A write is over: there may be room. */
  #settle(): void {
    this.#unblock()
    if (this.idle) this.#host.flushed()
  }

  #unblock(): void {
    if (this.#writing > 0 || !this.isBlocked || this.#intake === 'broken') return
    if (this.#burst?.isLong === true) return
    if (this.#boxes.measure() <= this.#host.settings.highWaterMark) this.#brake?.release()
  }

  /** Write in the middle of a turn, and remember how much until the turn is over. */
  #writeNow(): void {
    this.#burst ??= new Burst(() => this.#unblock())
    this.#burst.add(this.#boxes.current.measure())
    this.write()
  }
}
