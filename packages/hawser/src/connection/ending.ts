import type { HawserError } from '../errors.js'
import type { ClockTimer } from '../policy/clock.js'
import {
  closedError,
  closeReasonOf,
  closingError,
  endedError,
  transportError,
} from './close-errors.js'
import type { CloseInfo, CloseReason, ConnectionPhase } from './close-info.js'
import type { Engine } from './engine.js'
import { systemClock } from './system-clock.js'

interface Cause {
  readonly by: CloseInfo['by']
  readonly reason: CloseReason
  readonly phase: ConnectionPhase
}

/**
 * How a connection comes to its end: made when the end begins, by whichever side.
 *
 * Our direction ends in three steps: nothing more is accepted (`ours`), what was accepted has left
 * and the FIN with it (`sent`), and what the peer still sends is read away for a while
 * (`discarding`, `lingers`), because a socket closed with unread bytes resets and takes the
 * last reply with it.
 */
export class Ending<In, Out> {
  /** We accept nothing more to send. */
  ours = false
  /** What still arrives is dropped. */
  discarding = false
  /** Both, and the FIN has left: the peer has a while to end too. */
  lingers = false
  /** It is not to end when its function handler settles. */
  detached = false
  /** A stream over our direction was taken: its end is ours. */
  streamed = false
  /** What ended the connection, if it was not an orderly end. */
  error: HawserError | undefined
  /** How it ended, once it has. */
  info: CloseInfo | undefined
  #sent = false
  #broken = false
  #cause: Cause | undefined
  #lingerTimer: ClockTimer | undefined
  readonly #engine: Engine<In, Out>

  constructor(engine: Engine<In, Out>) {
    this.#engine = engine
  }

  /** Remember whose doing an orderly end is; the first to be told of counts. */
  note(by: CloseInfo['by']): void {
    this.#cause ??= { by, reason: 'ended', phase: this.#engine.phase }
  }

  /** End our direction when everything accepted has left. */
  end(by: CloseInfo['by']): void {
    if (this.ours) return
    this.note(by)
    this.ours = true
    this.#refuse()
    this.send()
  }

  /** Why nothing can be sent, if that is so. */
  get refusal(): HawserError | undefined {
    const { details } = this.#engine
    if (this.info !== undefined) return closedError(this.info, details)
    if (this.#broken) return closingError(this.error, details)
    return this.ours ? endedError(this.error, details) : undefined
  }

  /** Send the FIN if everything accepted has left. */
  send(): void {
    if (!this.ours || this.#broken || this.#sent || !this.#engine.isSendingDone) return
    this.#sent = true
    this.#engine.transport.end()
    this.#linger()
  }

  /** Drop what still arrives. */
  discard(): void {
    if (this.discarding) return
    this.discarding = true
    this.#engine.receiver.dismiss(undefined)
    this.#linger()
  }

  /** Drop everything, both ways, at once. */
  reset(): void {
    if (this.#broken) return
    // Whatever end was under way: this one is what the peer gets to see.
    if (this.error === undefined) {
      this.#cause = { by: 'local', reason: 'reset', phase: this.#engine.phase }
    }
    this.#break()
  }

  /** It ends because of `error`: at once, or when what was accepted has left. */
  fail(error: HawserError, abrupt: boolean): void {
    // What was reset is gone already, and an end needs one reason.
    if (this.#broken) return
    if (this.error !== undefined) {
      if (abrupt) this.#break()
      return
    }
    this.error = error
    this.#cause = { by: 'error', reason: closeReasonOf(error), phase: this.#engine.phase }
    this.#engine.receiver.dismiss(error)
    if (abrupt) this.#break()
    else {
      this.end('error')
      this.discard()
    }
  }

  /** The transport is gone because of `cause`. */
  lost(cause: Error): void {
    // A peer that resets after we ended and had sent everything has lost nothing of ours.
    const harmless = this.discarding && this.#sent && this.#engine.unsent === 0
    if (harmless || this.#broken || this.error !== undefined) return
    const error = transportError(cause, this.#engine.details)
    const by = error.code === 'HAWSER_CONNECTION_RESET' ? 'remote' : 'error'
    this.error = error
    this.#cause = { by, reason: closeReasonOf(error), phase: this.#engine.phase }
  }

  /** It is over. */
  close(): CloseInfo {
    const engine = this.#engine
    this.note('remote')
    this.#lingerTimer?.cancel()
    this.info = {
      ...(this.#cause as Cause),
      bytesRead: engine.receiver.bytes,
      bytesWritten: engine.openSender?.accepted ?? 0,
      unsent: engine.unsent,
      undelivered: engine.receiver.held,
      ...(this.error === undefined ? {} : { error: this.error }),
    }
    return this.info
  }

  #break(): void {
    this.#broken = true
    this.ours = true
    this.discarding = true
    this.#refuse()
    this.#engine.transport.reset()
  }

  #refuse(): void {
    const { openSender } = this.#engine
    const { refusal } = this
    if (refusal !== undefined) openSender?.refuse(refusal)
  }

  #linger(): void {
    if (!this.#sent || !this.discarding || this.lingers) return
    this.lingers = true
    const engine = this.#engine
    engine.arm()
    const { clock, lingerTimeout } = engine.settings
    if (clock === systemClock) return
    // A clock that stands still must not keep a close waiting: the same in real time, if that is first.
    this.#lingerTimer = systemClock.schedule(() => engine.lingered(), lingerTimeout, true)
  }
}
