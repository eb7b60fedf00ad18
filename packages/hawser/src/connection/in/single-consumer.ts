import { setImmediate } from 'node:timers'
import { messageIn } from '../../observe/channels.js'
import { publishMessageIn } from '../publications.js'
import type { Consumer } from './consumer.js'
import { holds, unbraked } from './holds.js'
import { none } from './inbox.js'
import { receiveAborted, receiveEnded, receiveTimeout } from './receive-errors.js'
import type { Receiver } from './receiver.js'
import type { ReceiverHost } from './receiver-host.js'

/** How long to wait for one message. */
export interface SingleWait {
  /** Milliseconds; `Infinity` is off. */
  readonly timeout: number
  readonly signal: AbortSignal | undefined
}

/** One that waits for a message. */
interface Waiter<In> {
  resolve(message: In): void
  reject(error: Error): void
}

/**
 * Takes the next messages, one for each that waits, ahead of the handler object whose place it takes.
 * One that gives up takes none, so that nothing is lost.
 */
export class SingleConsumer<In, Out> implements Consumer {
  readonly heeds: number = unbraked & ~holds.receiving & ~holds.greeting
  readonly isBusy = false
  readonly endsWithPeer = false
  readonly #host: ReceiverHost<In, Out>
  readonly #receiver: Receiver<In, Out>
  readonly #before: Consumer | undefined
  readonly #waiters = new Set<Waiter<In>>()

  /** @param before whose place it takes; undefined where there is none */
  constructor(
    host: ReceiverHost<In, Out>,
    receiver: Receiver<In, Out>,
    before: Consumer | undefined,
  ) {
    this.#host = host
    this.#receiver = receiver
    this.#before = before
    receiver.hold(holds.receiving)
  }

  get atRest(): boolean {
    return this.#before?.atRest ?? this.starving
  }

  get starving(): boolean {
    return this.#waiters.size > 0
  }

  /** Who waits for a message has sent all that came of the last one. */
  isSlowedBy(): boolean {
    return false
  }

  isSlowedByWait(): boolean {
    return false
  }

  feed(): boolean {
    return false
  }

  /** @returns rejects with TimeoutError, AbortedError, ConnectionError, or what ended the connection */
  wait({ timeout, signal }: SingleWait): Promise<In> {
    const { settings, details } = this.#host
    return new Promise<In>((resolve, reject) => {
      const leave = (): void => {
        this.#waiters.delete(waiter)
        timer.cancel()
        signal?.removeEventListener('abort', abort)
        if (this.#waiters.size === 0) this.#giveBack()
      }
      const waiter: Waiter<In> = {
        resolve: (message) => {
          leave()
          resolve(message)
        },
        reject: (error) => {
          leave()
          reject(error)
        },
      }
      const abort = (): void => waiter.reject(receiveAborted(signal?.reason, details))
      this.#waiters.add(waiter)
      const late = (): void => waiter.reject(receiveTimeout(timeout, details))
      const timer = settings.clock.schedule(late, timeout, true)
      signal?.addEventListener('abort', abort)
      this.#receiver.advance()
    })
  }

  pump(): void {
    const receiver = this.#receiver
    for (const waiter of this.#waiters) {
      if ((receiver.holds & this.heeds) !== 0) return
      const message = this.#take()
      if (message === none) break
      waiter.resolve(message)
    }
    if (receiver.done) this.#rejectAll(receiveEnded(this.#host.details))
  }

  closed(error: Error | undefined): void {
    this.#rejectAll(error ?? receiveEnded(this.#host.details))
    this.#before?.closed(error)
  }

  #take(): In | typeof none {
    const receiver = this.#receiver
    while (!receiver.empty || receiver.ended) {
      if (!receiver.mayGoOn()) return none
      const message = receiver.inbox.take()
      if (message !== none) {
        if (!receiver.count(receiver.inbox.takenBytes, 1)) return none
        if (messageIn.hasSubscribers) publishMessageIn(this.#host, message)
        return message
      }
      if (!receiver.inbox.finish()) break
    }
    return none
  }

  #rejectAll(error: Error): void {
    for (const waiter of this.#waiters) waiter.reject(error)
  }

  #giveBack(): void {
    if (this.#before !== undefined) {
      // Not in this turn: what waited may wait for the next message as well.
      setImmediate(giveBack, this)
      return
    }
    this.resign()
    this.#host.released()
  }

  /** Give the place back at once; those who wait are refused. */
  leave(error: Error): void {
    this.#rejectAll(error)
    this.resign()
  }

  /** @internal let the one before go on, unless something waits again */
  resign(): void {
    const receiver = this.#receiver
    if (receiver.consumer !== this || this.starving) return
    receiver.consumer = this.#before
    receiver.keepNoMore()
    receiver.release(holds.receiving)
  }
}

function giveBack(consumer: SingleConsumer<unknown, unknown>): void {
  consumer.resign()
}
