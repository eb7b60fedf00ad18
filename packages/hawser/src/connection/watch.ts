import { type HawserError, TimeoutError } from '../errors.js'
import type { ErrorDetails } from '../errors.js'
import { Deadlines, Stall } from './deadlines.js'
import type { Waits } from './settings.js'

/** What a {@link Watch} looks at; the waits are those that count at this moment. */
export interface Watched {
  readonly settings: Waits
  readonly details: ErrorDetails
  readonly openedAt: number
  readonly bytesRead: number
  readonly bytesWritten: number
  readonly messagesRead: number
  readonly unsent: number
  /** Bytes can arrive. */
  readonly isReading: boolean
  /** A frame was begun and is not complete. */
  readonly inFrame: boolean
  /** A write is under way. */
  readonly isWriting: boolean
  /** Reading stands still because nobody takes what was received. */
  readonly isUnconsumed: boolean
  /** When we ended and began to discard, or `undefined`. */
  readonly lingersSince: number | undefined
  /** A wait reached its limit. `abrupt`: nothing more can be sent, so reset. */
  expired(error: HawserError, abrupt: boolean): void
  /** The peer had its time to end after we did. */
  lingered(): void
}

/** Watches all the waits of one connection with one lazy timer. */
export class Watch {
  readonly #watched: Watched
  readonly #deadlines: Deadlines
  readonly #idle = new Stall()
  readonly #frame = new Stall()
  readonly #write = new Stall()
  readonly #consumer = new Stall()

  constructor(watched: Watched) {
    this.#watched = watched
    this.#deadlines = new Deadlines(watched.settings.clock, () => this.#check())
  }

  /** Look at the waits that count now and be woken when the first may be over. */
  arm(): void {
    const w = this.#watched
    const { settings } = w
    const now = settings.clock.now()
    let at = Infinity
    if (w.isReading) {
      at = this.#idle.deadline(w.bytesRead + w.bytesWritten, now, settings.idleTimeout)
      if (w.bytesRead === 0) at = Math.min(at, w.openedAt + settings.firstByteTimeout)
    } else this.#idle.clear()
    if (w.inFrame) at = Math.min(at, this.#frame.deadline(w.bytesRead, now, settings.frameTimeout))
    else this.#frame.clear()
    if (w.isWriting) at = Math.min(at, this.#write.deadline(w.unsent, now, settings.writeTimeout))
    else this.#write.clear()
    if (w.isUnconsumed) {
      at = Math.min(at, this.#consumer.deadline(w.messagesRead, now, settings.consumerTimeout))
    } else this.#consumer.clear()
    if (w.lingersSince !== undefined) at = Math.min(at, w.lingersSince + settings.lingerTimeout)
    this.#deadlines.expect(at, now)
  }

  /** Watch no more. */
  cancel(): void {
    this.#deadlines.cancel()
  }

  #check(): void {
    const w = this.#watched
    const { settings, details } = w
    const now = settings.clock.now()
    const { idleTimeout, firstByteTimeout, frameTimeout, writeTimeout, consumerTimeout } = settings
    if (w.lingersSince !== undefined && now >= w.lingersSince + settings.lingerTimeout) {
      w.lingered()
    } else if (w.isWriting && this.#write.expired(w.unsent, now, writeTimeout)) {
      const text = `${w.unsent} bytes waited ${writeTimeout} ms and the peer took none (writeTimeout)`
      w.expired(new TimeoutError('HAWSER_WRITE_TIMEOUT', text, { op: 'write', ...details }), true)
    } else if (w.isUnconsumed && this.#consumer.expired(w.messagesRead, now, consumerTimeout)) {
      const text = `the inbox is full and no message was taken for ${consumerTimeout} ms (consumerTimeout)`
      w.expired(new TimeoutError('HAWSER_CONSUMER_TIMEOUT', text, { op: 'read', ...details }), true)
    } else if (w.inFrame && this.#frame.expired(w.bytesRead, now, frameTimeout)) {
      const text = `a frame was begun and no byte of it came for ${frameTimeout} ms (frameTimeout)`
      w.expired(new TimeoutError('HAWSER_FRAME_TIMEOUT', text, { op: 'read', ...details }), false)
    } else if (w.isReading && w.bytesRead === 0 && now >= w.openedAt + firstByteTimeout) {
      const text = `the peer sent no byte for ${firstByteTimeout} ms after connecting (firstByteTimeout)`
      const error = new TimeoutError('HAWSER_FIRST_BYTE_TIMEOUT', text, { op: 'read', ...details })
      w.expired(error, false)
    } else if (w.isReading && this.#idle.expired(w.bytesRead + w.bytesWritten, now, idleTimeout)) {
      const text = `no byte moved in either direction for ${idleTimeout} ms (idleTimeout)`
      w.expired(new TimeoutError('HAWSER_IDLE_TIMEOUT', text, { op: 'read', ...details }), false)
    } else this.arm()
  }
}
