import { OptionError, StateError } from '../errors.js'
import type { Framing } from '../framing/framing.js'
import type { Consumer } from './consumer.js'
import type { Engine } from './engine.js'
import { Inbox } from './inbox.js'

/**
 * The way in of one connection: bytes go to the inbox, or straight to a consumer that keeps up, and
 * this decides when messages are delivered and when reading stops.
 *
 * Reading stops for a full inbox and for a blocked outbox, never merely because a handler is busy:
 * while it is stopped, neither FIN nor reset is seen.
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
  readonly #engine: Engine<In, Out>
  #inbox: Inbox<In> | undefined
  #nextFraming: Framing<In, Out> | undefined
  #paused = false
  #advancing = false

  constructor(engine: Engine<In, Out>) {
    this.#engine = engine
    this.framing = engine.settings.framing
  }

  get inbox(): Inbox<In> {
    this.#inbox ??= new Inbox(this.framing)
    return this.#inbox
  }

  /** Bytes received and not delivered. */
  get held(): number {
    return this.#inbox === undefined ? 0 : this.#inbox.size
  }

  /** Whether nothing waits to be delivered, not even a part of a frame. */
  get empty(): boolean {
    return this.#inbox === undefined || this.#inbox.empty
  }

  /** Whether a message may be handed to the consumer now. */
  get deliverable(): boolean {
    return !(this.#paused || this.#nextFraming !== undefined || this.#engine.withholds)
  }

  /** Whether no further message will come: the peer ended and all was taken, or we are draining. */
  get done(): boolean {
    const { isDiscarding, draining } = this.#engine
    return isDiscarding || this.#inbox?.done === true || (draining && this.empty)
  }

  /** Whether a frame was begun that the consumer waits for. */
  get isPartial(): boolean {
    return !this.empty && this.consumer !== undefined && this.consumer.starving
  }

  /** Whether the consumer is at work and more waits for it. */
  get isMidway(): boolean {
    return !this.empty && this.consumer !== undefined && !this.consumer.atRest
  }

  /** @throws StateError when somebody consumes already. */
  consume(consumer: Consumer): void {
    if (this.consumer !== undefined) {
      throw new StateError(
        'HAWSER_ALREADY_CONSUMED',
        'the messages of this connection already go to a handler object, a loop or a stream: ' +
          'leave that one first, or use only one',
        this.#engine.details,
      )
    }
    this.consumer = consumer
  }

  /** Tell the consumer that nothing more will come, and why. */
  dismiss(error: Error | undefined): void {
    const { consumer } = this
    this.consumer = undefined
    consumer?.closed(error)
  }

  /** @throws OptionError when a frame could be larger than the inbox. */
  switchFraming(framing: Framing<In, Out>): void {
    const { inboxLimit } = this.#engine.settings
    if (framing.maxFrame > inboxLimit) {
      const text = `maxFrame is ${framing.maxFrame} bytes and the inbox holds ${inboxLimit}: raise the option inbox or lower maxFrame`
      throw new OptionError('HAWSER_INVALID_OPTION', text, this.#engine.details)
    }
    this.framing = framing
    this.#nextFraming = framing
    // While a chunk is being decoded, the switch waits for the decoder to stop.
    if (this.#advancing) return
    this.#applyFraming()
    this.advance()
  }

  pause(): void {
    this.#paused = true
    this.#engine.settle()
  }

  resume(): void {
    this.#paused = false
    this.advance()
  }

  /** Bytes arrived. */
  received(bytes: Uint8Array, borrowed: boolean, headroom: number): void {
    const { consumer } = this
    this.bytes += bytes.length
    let fed = false
    this.#advancing = true
    try {
      fed = consumer !== undefined && consumer.feed(bytes, borrowed, headroom)
      if (!fed) this.inbox.append(bytes, borrowed)
    } catch (error) {
      this.#engine.malformed(error)
    }
    this.#advancing = false
    if (fed && this.#nextFraming === undefined && consumer?.starving === true) this.#engine.settle()
    else this.advance()
  }

  /** The peer ended its direction. */
  peerEnded(): void {
    this.ended = true
    this.inbox.end()
    this.advance()
  }

  /** Let the consumer take what it can, then bring everything else in line. */
  advance(): void {
    if (this.#engine.isClosed || this.#advancing) return
    this.#advancing = true
    try {
      do {
        this.#applyFraming()
        this.consumer?.pump()
      } while (this.#nextFraming !== undefined && !this.#engine.isDiscarding)
    } catch (error) {
      this.#engine.malformed(error)
    }
    this.#advancing = false
    this.#engine.settle()
  }

  /** Whether messages are being handed out at this moment, so that anything else has to wait. */
  get isAdvancing(): boolean {
    return this.#advancing
  }

  /** Stop or start reading, as it should be now. */
  updateReading(): void {
    if (this.ended) return
    const stop = !this.#engine.isDiscarding && this.#shouldStop()
    if (stop === this.stopped) return
    this.stopped = stop
    if (stop) this.#engine.transport.pause()
    else this.#engine.transport.resume()
  }

  /** Forget what was received and not delivered. */
  clear(): void {
    this.#inbox?.clear()
  }

  #applyFraming(): void {
    if (this.#nextFraming === undefined) return
    this.#inbox?.switchTo(this.#nextFraming)
    this.#nextFraming = undefined
  }

  #shouldStop(): boolean {
    const { isBlocked, isUpgrading, draining, settings } = this.#engine
    if (isBlocked || isUpgrading) return true
    if (draining) return !this.isPartial
    if (this.held < settings.inboxLimit) return false
    return this.consumer === undefined || !this.consumer.starving
  }
}
