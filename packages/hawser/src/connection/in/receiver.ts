import type { Framing } from '../../framing/framing.js'
import type { RateLimits } from '../../policy/rate/rate-limit.js'
import { countClosed, countOpened, Share } from '../work.js'
import type { Consumer } from './consumer.js'
import { holds } from './holds.js'
import { Inbox } from './inbox.js'
import { Ration } from './ration.js'
import { shouldStopReading } from './reading.js'
import { consumedError, frameAboveInbox } from './receive-errors.js'
import type { ReceiverHost } from './receiver-host.js'

/**
 * The way in of one connection: bytes go to the inbox, or straight to a consumer that keeps up, and
 * this decides when messages are delivered and when reading stops.
 *
 * Reading never stops merely because a handler is busy: while it is stopped, neither FIN nor reset
 * is seen. Its methods are `private`: `#` would cost each idle connection a word.
 */
export class Receiver<In, Out> {
  consumer: Consumer | undefined
  framing: Framing<In, Out>
  bytes = 0
  messages = 0
  /** Reading stands still. */
  stopped = false
  /** The peer has ended its direction. */
  ended = false
  /** Why messages are held back: bits of `holds`. */
  holds = 0
  readonly #host: ReceiverHost<In, Out>
  #inbox: Inbox<In> | undefined
  #share: Share | undefined
  /** Made only where it is limited how much may come. */
  #ration: Ration | undefined
  #advancing = false

  constructor(host: ReceiverHost<In, Out>, framing: Framing<In, Out>) {
    this.#host = host
    this.framing = framing
    countOpened()
  }

  get inbox(): Inbox<In> {
    this.#inbox ??= new Inbox(this.framing, this, this.#host.settings.clock)
    return this.#inbox
  }

  /** What may be delivered in this turn. */
  get share(): Share {
    this.#share ??= new Share(this.#host.settings.effects, () => this.release(holds.spent))
    return this.#share
  }

  /** Whether so much waits that was decoded ahead that nothing more may be read. */
  get isCrowded(): boolean {
    return this.#inbox?.isCrowded === true
  }

  /** Bytes received and not delivered. */
  get held(): number {
    return this.#inbox === undefined ? 0 : this.#inbox.size
  }

  /** Bytes that came of the frame, or of the body, that is under way. */
  get begun(): number {
    return this.consumer?.taken ?? this.held
  }

  /** Bytes received that belonged to no frame and were skipped. */
  get skipped(): number {
    return this.#inbox === undefined ? 0 : this.#inbox.skipped
  }

  /** How much of that is above `allowance`. */
  heldBeyond(allowance: number): number {
    return Math.max(0, this.held - allowance)
  }

  /** Whether nothing waits to be delivered, not even a part of a frame or of a body. */
  get empty(): boolean {
    if ((this.holds & holds.taking) !== 0) return false
    return this.#inbox === undefined || this.#inbox.empty
  }

  /** Whether no further message will come: the peer ended and all was taken, or we are draining. */
  get done(): boolean {
    if ((this.holds & holds.discarding) !== 0 || this.#inbox?.done === true) return true
    return this.#host.draining && this.empty
  }

  /** Whether a frame was begun that the consumer waits for. */
  get isPartial(): boolean {
    return !this.empty && this.consumer !== undefined && this.consumer.starving
  }

  /** Whether more waits for the consumer, which is at work or goes on in this turn. */
  get isMidway(): boolean {
    if (this.empty || this.consumer === undefined) return false
    return !this.consumer.atRest || this.#share?.isSettling === true
  }

  /** Whether messages are being handed out at this moment, so that anything else has to wait. */
  get isAdvancing(): boolean {
    return this.#advancing
  }

  /** @throws StateError when the messages are consumed already. */
  consume(consumer: Consumer): void {
    if (this.consumer === undefined) this.consumer = consumer
    else if (this.consumer.followedBy?.(consumer) !== true) throw consumedError(this.#host.details)
  }

  /** Tell the consumer that nothing more will come, and why. */
  dismiss(error: Error | undefined): void {
    const { consumer } = this
    this.consumer = undefined
    consumer?.closed(error)
  }

  /** @throws OptionError when a frame could be larger than the inbox. */
  switchFraming(framing: Framing<In, Out>): void {
    const { inboxLimit } = this.#host.settings
    if (framing.maxFrame > inboxLimit) {
      throw frameAboveInbox(framing.maxFrame, inboxLimit, this.#host.details)
    }
    this.framing = framing
    this.rewind()
    this.advance()
  }

  /** Forget what was decoded and not delivered: it is read anew, from the byte behind the last message. */
  rewind(): void {
    this.holds |= holds.switching
    // While a chunk is being decoded, that waits for the decoder to stop.
    if (!this.#advancing) this.applyFraming()
  }

  /** Deliver nothing to a consumer that heeds `hold`. */
  hold(hold: number): void {
    this.holds |= hold
  }

  /** That is no reason any more; for the caller to go on with `advance`. */
  lift(hold: number): void {
    this.holds &= ~hold
  }

  /** That is no reason any more: go on. */
  release(hold: number): void {
    this.lift(hold)
    this.advance()
  }

  /** Limit how much may come, from now on. */
  limitRate(limits: RateLimits): void {
    if (this.#ration === undefined) this.#ration = new Ration(this.#host, this, limits)
    else this.#ration.change(limits)
  }

  /** Whether what came has used up what may come for now, so that the peer has to wait. */
  get isSlowedDown(): boolean {
    return (this.holds & (holds.rationed | holds.overdrawn)) !== 0
  }

  /** How many messages may be delivered at once. */
  get messagesLeft(): number {
    return Math.min(this.share.messagesLeft, this.#ration?.messagesLeft ?? Infinity)
  }

  /**
   * Messages of so many bytes are about to be delivered.
   *
   * @returns false where they must not be: more came than may, and the connection has ended
   */
  count(bytes: number, messages: number): boolean {
    if (this.#ration?.take(messages) === false) return false
    this.messages += messages
    this.share.take(bytes, messages)
    return true
  }

  /** Whether another message may be delivered, as far as its rate and the share of this turn go. */
  mayGoOn(): boolean {
    if (this.#ration?.mayGoOn() === false) return false
    if (this.#share === undefined || !this.#share.isSpent()) return true
    this.holds |= holds.spent
    return false
  }

  /** Bytes arrived. */
  received(bytes: Uint8Array, borrowed: boolean, headroom: number): void {
    const { consumer } = this
    this.bytes += bytes.length
    if (this.#ration?.arrived(bytes.length) === false) return
    let fed = false
    this.#share?.look()
    this.#advancing = true
    try {
      fed = consumer !== undefined && consumer.feed(bytes, borrowed, headroom)
      if (!fed) this.inbox.append(bytes, borrowed)
    } catch (error) {
      this.#host.malformed(error)
    }
    this.#advancing = false
    const isQuiet = (this.holds & holds.switching) === 0 && !this.#host.draining
    if (fed && isQuiet && consumer?.starving === true) {
      this.updateReading()
      this.#host.delivered()
    } else this.advance()
  }

  /** The peer ended its direction. */
  peerEnded(): void {
    this.ended = true
    try {
      this.inbox.end()
    } catch (error) {
      // A framing of one's own may be unable to make a decoder.
      this.#host.malformed(error)
    }
    this.keepNoMore()
    this.advance()
  }

  /** Nothing is left to keep for `receive`, and the end is for everybody. */
  keepNoMore(): void {
    if (this.ended && this.empty) this.lift(holds.greeting)
  }

  /** Let the consumer take what it can, then bring everything else in line. */
  advance(): void {
    // What arrived before an orderly end can still be iterated.
    if (this.#advancing || (this.#host.isClosed && this.consumer === undefined)) return
    this.#advancing = true
    let pumped: Consumer | undefined
    try {
      do {
        this.applyFraming()
        pumped = this.consumer
        pumped?.pump()
      } while (this.isToGoOn(pumped))
    } catch (error) {
      const failure = this.#host.malformed(error)
      // Nothing else tells what still waits for a message.
      if (this.#host.isClosed) this.dismiss(failure)
    }
    this.#advancing = false
    this.#host.settle()
  }

  /** A message found the outbox above its high-water mark, as {@link Consumer.isSlowedBy} has it. */
  slow(isAwaited: boolean, isTold: boolean): void {
    if (this.consumer?.isSlowedBy(isAwaited, isTold) === false) return
    this.hold(holds.blocked)
    this.updateReading()
  }

  /** A sender began to await room. */
  slowedByWait(): void {
    if (this.consumer?.isSlowedByWait() !== false) this.release(holds.blocked)
  }

  /** Stop or start reading, as it should be now. */
  updateReading(): void {
    if (this.ended || this.#host.isClosed) return
    const stop = (this.holds & holds.discarding) === 0 && shouldStopReading(this, this.#host)
    if (stop === this.stopped) return
    this.stopped = stop
    if (stop) this.#host.transport.pause()
    else {
      this.#ration?.readsAgain()
      this.#inbox?.readsAgain()
      this.#host.transport.resume()
    }
  }

  /** The connection is gone. @param drop forget what was received and not delivered */
  close(drop: boolean): void {
    this.holds &= ~(holds.blocked | holds.rationed | holds.overdrawn)
    this.#share?.retire()
    this.#ration?.cancel()
    countClosed()
    this.#inbox?.close(drop)
  }

  /** Whether the framing is to be switched, or another consumer took the place of the one that was pumped. */
  private isToGoOn(pumped: Consumer | undefined): boolean {
    if ((this.holds & holds.discarding) !== 0) return false
    return (this.holds & holds.switching) !== 0 || this.consumer !== pumped
  }

  private applyFraming(): void {
    if ((this.holds & holds.switching) === 0) return
    this.#inbox?.switchTo(this.framing)
    this.holds &= ~holds.switching
  }
}
