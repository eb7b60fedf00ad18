import type { HawserError } from '../errors.js'
import { closeReasonOf, endedError, transportError } from './close-errors.js'
import type { CloseInfo, CloseReason, ConnectionPhase } from './close-info.js'
import type { Engine } from './engine.js'

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
  /** What ended the connection, if it was not an orderly end. */
  error: HawserError | undefined
  /** How it ended, once it has. */
  info: CloseInfo | undefined
  #sent = false
  #cause: Cause | undefined
  readonly #engine: Engine<In, Out>

  constructor(engine: Engine<In, Out>) {
    this.#engine = engine
  }

  /** Remember whose doing the end is; the first to be told of counts. */
  note(by: CloseInfo['by'], reason: CloseReason): void {
    this.#cause ??= { by, reason, phase: this.#engine.phase }
  }

  /** End our direction when everything accepted has left. */
  end(by: CloseInfo['by']): void {
    if (this.ours) return
    this.note(by, 'ended')
    this.ours = true
    this.#engine.openSender?.refuse(endedError(this.#engine.details))
    this.send()
  }

  /** Send the FIN if everything accepted has left. */
  send(): void {
    if (!this.ours || this.#sent || !this.#engine.isSendingDone) return
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
    this.note('local', 'reset')
    this.discarding = true
    this.#engine.transport.reset()
  }

  /** It ends because of `error`: at once, or when what was accepted has left. */
  fail(error: HawserError, abrupt: boolean): void {
    if (this.error !== undefined) {
      if (abrupt) this.#engine.transport.reset()
      return
    }
    this.error = error
    this.#cause = { by: 'error', reason: closeReasonOf(error), phase: this.#engine.phase }
    this.#engine.receiver.dismiss(error)
    if (abrupt) this.reset()
    else {
      this.end('error')
      this.discard()
    }
  }

  /** The transport is gone because of `cause`. */
  lost(cause: Error): void {
    // A peer that resets after we ended and had sent everything has lost nothing of ours.
    const harmless = this.discarding && this.#sent && this.#engine.unsent === 0
    if (harmless || this.error !== undefined || this.#cause?.reason === 'reset') return
    const error = transportError(cause, this.#engine.details)
    const by = error.code === 'HAWSER_CONNECTION_RESET' ? 'remote' : 'error'
    this.error = error
    this.#cause = { by, reason: closeReasonOf(error), phase: this.#engine.phase }
  }

  /** It is over. */
  close(): CloseInfo {
    const engine = this.#engine
    this.note('remote', 'ended')
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

  #linger(): void {
    if (!this.#sent || !this.discarding || this.lingers) return
    this.lingers = true
    this.#engine.arm()
  }
}
