import { setImmediate } from 'node:timers'
import type { HawserError } from '../errors.js'
import type { Framing } from '../framing/framing.js'
import { bytesIn, firstByte } from '../observe/channels.js'
import type { OverflowPayload } from '../observe/payloads.js'
import type { PaceLimits } from '../policy/pace.js'
import type { RateLimits } from '../policy/rate/rate-limit.js'
import type { TransportSink } from '../transport.js'
import { drainTimeout, framingError } from './end/close-errors.js'
import type { CloseInfo, Why } from './end/close-info.js'
import { endWhenDone, endWhenLeft, endWithPeer, isDelivered } from './end/completion.js'
import type { Waits } from './connection-settings.js'
import { EngineState, type WingHosts } from './engine-state.js'
import type { Connection } from './face.js'
import { callClose, callWritable, handlerFailed, runFunction, runOpen } from './in/handler-calls.js'
import { HeartbeatFailure, startHeartbeat } from './watch/connection-heartbeat.js'
import { HandlerConsumer } from './in/handler-consumer.js'
import { holds } from './in/holds.js'
import { isJoinUntold, type Member } from './memberships.js'
import { encodeFrame, encoderOf } from './out/encode-frame.js'
import { publishArrival, publishClose, publishMessageOut, publishOverflow } from './publications.js'
import { upgradeLost } from './start-tls.js'
import { upkeep } from './watch/upkeep.js'
import { hasIdleWaits } from './watch/watch.js'
import type { Watched } from './watch/watched.js'

/**
 * One connection: a transport, the way in ({@link Receiver}), the way out ({@link Sender}), the
 * {@link Ending} and the {@link Watch}. Each knows of the others only what its host interface says,
 * which this implements. What a connection may never need is made when it is needed: idle ones are
 * many; for the same reason methods are `private` here, since `#` costs each object a word.
 */
export class Engine<In, Out>
  extends EngineState<In, Out>
  implements TransportSink, WingHosts<In, Out>, Watched, Member<In, Out>
{
  #transportGone = false

  protected override asHost(): this {
    return this
  }

  // ── what the user does ──────────────────────────────────────────────────────────────────────

  start(): void {
    const { handler, heartbeat, rateLimit } = this.settings
    if (rateLimit !== undefined) this.receiver.limitRate(rateLimit)
    this.transport.start(this)
    if (handler?.message !== undefined) {
      const consumer = new HandlerConsumer(this, this.receiver)
      this.receiver.consumer = consumer
      consumer.open()
    } else runOpen(this)
    if (hasIdleWaits(this.settings)) this.arm()
    if (heartbeat !== undefined) startHeartbeat(this, heartbeat)
  }

  /** Run a function handler; when it settles, the connection ends. */
  run(handler: (connection: Connection<In, Out>) => unknown): void {
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

  /** Other limits from now on, for this connection alone. */
  setTimeouts(timeouts: Partial<Waits & PaceLimits>): void {
    this.settings = { ...this.settings, ...timeouts }
    this.watch?.changed()
    this.arm()
  }

  /** Another limit of what may come, from now on. */
  setRateLimit(rateLimit: RateLimits): void {
    this.settings = { ...this.settings, rateLimit }
    if (!this.isClosed) this.receiver.limitRate(rateLimit)
  }

  switchFraming(next: Framing<In, Out>): void {
    this.receiver.switchFraming(next)
    this.openSender?.switchTo(encoderOf(next))
  }

  /** End our direction when everything accepted has left. */
  endOurs(by: CloseInfo['by']): void {
    if (!this.isClosed) this.ending.end(by)
  }

  /** End our direction, and discard whatever still arrives. */
  finish(why?: Why): void {
    if (this.isClosed) return
    if (why !== undefined) this.ending.explain(why)
    if (why?.error !== undefined) this.dismiss(why.error)
    this.ending.end('local')
    this.ending.discard()
    this.settle()
  }

  reset(why?: Why): void {
    if (!this.isClosed) this.ending.reset(why)
  }

  /** The server is closing: end at once when at rest, else when what was delivered is finished. */
  drain(): void {
    if (this.isClosed || this.draining) return
    this.draining = true
    this.receiver.advance()
  }

  /** The drain's time is up. */
  force(waited: number): void {
    this.fail(drainTimeout(waited, this.details), true)
  }

  encode(message: Out): Uint8Array {
    return encodeFrame(this.sender.encoder, message)
  }

  share(frame: Uint8Array, message: Out): boolean {
    return this.sender.share(frame, message)
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
    handlerFailed(this, cause)
  }

  malformed(cause: unknown): HawserError {
    const error = framingError('decode', cause, this.details)
    if (cause instanceof HeartbeatFailure) this.handlerFailed(cause)
    else this.fail(error, false)
    return this.error ?? error
  }

  // ── what the transport says ─────────────────────────────────────────────────────────────────

  received(bytes: Uint8Array, borrowed: boolean, headroom: number, isMore?: boolean): void {
    const { receiver } = this
    if (firstByte.hasSubscribers || bytesIn.hasSubscribers) publishArrival(this, bytes, receiver)
    if (this.isDiscarding) {
      receiver.bytes += bytes.length
      return
    }
    this.inEvent = true
    receiver.received(bytes, borrowed, headroom)
    this.inEvent = false
    // A handler that returned a promise goes on in this turn: all its replies leave together.
    if (isMore === true) this.openSender?.writeLast(true)
    else if (receiver.isMidway || isJoinUntold()) this.openSender?.writeLast(false)
    else this.openSender?.write()
  }

  peerEnded(): void {
    this.ending.note('remote')
    this.inEvent = true
    this.receiver.peerEnded()
    this.inEvent = false
    this.openSender?.write()
    if (this.receiver.consumer === undefined) this.released()
  }

  wrote(): void {
    this.inEvent = true
    this.openSender?.wrote()
    this.inEvent = false
    this.openSender?.write()
    this.settle()
  }

  gone(cause: Error | undefined): void {
    if (this.openSender?.isSealed === true) this.fail(upgradeLost(this.details, cause), true)
    else if (cause !== undefined) this.ending.lost(cause)
    this.#transportGone = true
    this.receiver.advance()
  }

  // ── what the sender says ────────────────────────────────────────────────────────────────────

  waiting(): void {
    this.accountFor()
    this.arm()
  }

  blocked(isTold: boolean): void {
    this.accountFor()
    this.receiver.slow(this.openSender?.isAwaited === true, isTold)
  }

  awaited(): void {
    this.receiver.slowedByWait()
  }

  unblocked(): void {
    this.receiver.lift(holds.blocked)
    callWritable(this)
    this.receiver.advance()
  }

  flushed(): void {
    this.watch?.flushed()
    this.openEnding?.send()
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

  // ── what the consumer and the ending say ────────────────────────────────────────────────────

  exhausted(): void {
    if (this.receiver.ended) endWithPeer(this)
  }

  released(): void {
    // Not at once: the code behind the loop may have something to send, or begin another.
    setImmediate(endWhenLeft, this)
  }

  refuse(intake: 'ended' | 'broken'): void {
    this.openSender?.refuse(intake)
  }

  discarded(): void {
    this.receiver.hold(holds.discarding)
  }

  dismiss(error: HawserError | undefined): void {
    this.receiver.dismiss(error)
  }

  lingered(): void {
    this.transport.close()
  }

  // ── keeping it in line ──────────────────────────────────────────────────────────────────────

  settle(): void {
    if (this.isClosed || this.receiver.isAdvancing) return
    if (this.receiver.ended || this.draining) endWhenDone(this)
    if (this.#transportGone) {
      if (this.isDiscarding || this.error !== undefined || isDelivered(this)) this.leave()
      return
    }
    this.receiver.updateReading()
    upkeep(this)
  }

  delivered(): void {
    if (!this.isClosed) upkeep(this)
  }

  private leave(): void {
    const { consumer } = this.receiver
    const info = this.ending.close()
    this.isClosed = true
    this.stopUpkeep()
    this.openSender?.abandon()
    // After an orderly end, what was received can still be iterated.
    this.receiver.close(this.error !== undefined)
    const orderly = this.error === undefined && !this.isDiscarding
    if (consumer?.starving === true || !orderly) this.receiver.dismiss(this.error)
    // The server forgets it first, so that its close handler counts only those that are left.
    this.owner.closed(this.connection, info)
    publishClose(this, info)
    callClose(this, info)
    this.announce(info)
  }
}
