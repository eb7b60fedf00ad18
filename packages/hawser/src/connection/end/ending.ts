import type { HawserError } from '../../errors.js'
import {
  closedError,
  closeReasonOf,
  closingError,
  endedError,
  transportError,
} from './close-errors.js'
import type { ClockTimer } from '../../policy/clock.js'
import type { CloseInfo, CloseReason, ConnectionPhase, Why } from './close-info.js'
import { systemClock } from '../time/system-clock.js'
import type { EndingHost } from './ending-host.js'

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
export class Ending {
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
  /** The program has said why. */
  #isExplained = false
  #cause: Cause | undefined
  #refusal: HawserError | undefined
  #lingerTimer: ClockTimer | undefined
  readonly #host: EndingHost

  constructor(host: EndingHost) {
    this.#host = host
  }

  /** Whether it was broken off, so that the peer sees a reset. */
  get isBroken(): boolean {
    return this.#broken
  }

  /** Remember whose doing an orderly end is; the first counts. */
  note(by: CloseInfo['by']): void {
    this.#cause ??= { by, reason: 'ended', phase: this.#host.phase }
  }

  /** The program says why it ends the connection: that counts before an end that was merely noted. */
  explain({ reason = 'ended', error }: Why): void {
    if (this.error !== undefined || this.#broken || this.#isExplained) return
    this.#isExplained = true
    this.error = error
    this.#refusal = undefined
    this.#cause = { by: 'local', reason, phase: this.#host.phase }
  }

  /** End our direction when everything accepted has left. */
  end(by: CloseInfo['by']): void {
    if (this.ours) return
    this.note(by)
    this.ours = true
    this.#host.refuse('ended')
    this.send()
  }

  /**
   * Why nothing can be sent, if that is so. Made when it is asked for: most connections end in
   * order, and no call gets to see it.
   */
  get refusal(): HawserError | undefined {
    this.#refusal ??= this.#makeRefusal()
    return this.#refusal
  }

  /** Send the FIN if everything accepted has left. */
  send(): void {
    if (!this.ours || this.#broken || this.#sent || !this.#host.isSendingDone) return
    this.#sent = true
    this.#host.transport.end()
    this.#linger()
  }

  /** Drop what still arrives. */
  discard(): void {
    if (this.discarding) return
    this.discarding = true
    this.#host.discarded()
    this.#host.dismiss(undefined)
    this.#linger()
  }

  /** Drop everything, both ways, at once. */
  reset({ reason = 'reset', error }: Why = {}): void {
    if (this.#broken) return
    // Whatever end was under way: this one is what the peer gets to see.
    if (!this.#isExplained) this.explain({ reason, error })
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
    this.#setError(error, 'error')
    this.#host.dismiss(error)
    if (abrupt) this.#break()
    else {
      this.end('error')
      this.discard()
    }
  }

  /** The transport is gone because of `cause`. */
  lost(cause: Error): void {
    // A peer that resets after we ended and had sent everything has lost nothing of ours.
    const harmless = this.discarding && this.#sent && this.#host.traffic.unsent === 0
    if (harmless || this.#broken || this.error !== undefined) return
    const error = transportError(cause, this.#host.details)
    this.#setError(error, error.code === 'HAWSER_CONNECTION_RESET' ? 'remote' : 'error')
  }

  /** It is over. */
  close(): CloseInfo {
    this.note('remote')
    this.#lingerTimer?.cancel()
    this.#refusal = undefined
    this.info = {
      ...(this.#cause as Cause),
      ...this.#host.traffic,
      ...(this.error === undefined ? {} : { error: this.error }),
    }
    return this.info
  }

  #setError(error: HawserError, by: CloseInfo['by']): void {
    this.error = error
    this.#refusal = undefined
    this.#cause = { by, reason: closeReasonOf(error), phase: this.#host.phase }
  }

  #makeRefusal(): HawserError | undefined {
    const { details } = this.#host
    // Whether the peer's end has come by now is chance: a late send fails alike before and after.
    const isOrderly = this.ours && !this.#broken && this.error === undefined
    if (isOrderly) return endedError(undefined, details)
    if (this.info !== undefined) return closedError(this.info, details)
    if (this.#broken) return closingError(this.error, details)
    return this.ours ? endedError(this.error, details) : undefined
  }

  #break(): void {
    this.#broken = true
    this.#refusal = undefined
    this.ours = true
    this.discarding = true
    this.#host.discarded()
    this.#host.refuse('broken')
    this.#host.transport.reset()
  }

  #linger(): void {
    if (!this.#sent || !this.discarding || this.lingers) return
    this.lingers = true
    this.#host.arm()
    const { clock, lingerTimeout } = this.#host.settings
    if (clock === systemClock || clock.neverStands === true) return
    // A clock that stands still must not keep a close waiting: the same in real time, if that is first.
    this.#lingerTimer = systemClock.schedule(() => this.#host.lingered(), lingerTimeout, true)
  }
}
