import { messageIn } from '../../observe/channels.js'
import { accepted, isThenable } from '../../promises.js'
import { publishMessageIn } from '../publications.js'
import type { Consumer } from './consumer.js'
import { allHolds, unbraked } from './holds.js'
import type { Receiver } from './receiver.js'
import type { ReceiverHost } from './receiver-host.js'

// Decoding is synchronous, so one emit function serves all connections: none needs a closure.
let current: HandlerConsumer<unknown, unknown> | undefined

function enter(
  consumer: HandlerConsumer<unknown, unknown>,
): HandlerConsumer<unknown, unknown> | undefined {
  const outer = current
  current = consumer
  return outer
}

function emit(message: unknown, end: number): boolean {
  return (current as HandlerConsumer<unknown, unknown>).deliver(message, end)
}

/**
 * Pushes messages into the handler object, one after another, as long as it keeps up. Its methods are
 * `private`: `#` would cost each idle connection a word.
 */
export class HandlerConsumer<In, Out> implements Consumer {
  readonly heeds: number
  readonly #host: ReceiverHost<In, Out>
  readonly #receiver: Receiver<In, Out>
  #busy = false
  /** All complete frames that were there when it last looked were taken. */
  #drained = true
  /** Where the last message ended, in the bytes that are being decoded. */
  #end = 0

  constructor(host: ReceiverHost<In, Out>, receiver: Receiver<In, Out>) {
    this.#host = host
    this.#receiver = receiver
    this.heeds = host.settings.brakes === 'none' ? unbraked : allHolds
  }

  get endsWithPeer(): boolean {
    return true
  }

  get isBusy(): boolean {
    return this.#busy
  }

  get atRest(): boolean {
    return !this.#busy
  }

  get starving(): boolean {
    return this.#drained && this.isReady()
  }

  open(): void {
    const { connection, settings } = this.#host
    if (settings.handler?.open === undefined) return
    try {
      this.settleLater(settings.handler.open(connection))
    } catch (error) {
      this.#host.handlerFailed(error)
    }
  }

  feed(bytes: Uint8Array, borrowed: boolean, headroom: number): boolean {
    const { inbox } = this.#receiver
    if (!this.isReady() || inbox.waiting > 0 || !this.#receiver.mayGoOn()) return false
    const outer = enter(this)
    this.#end = 0
    try {
      inbox.feed(bytes, borrowed, headroom, emit)
    } finally {
      current = outer
    }
    return true
  }

  pump(): void {
    const { inbox } = this.#receiver
    const outer = enter(this)
    try {
      // What it awaited may have used up the share.
      while (this.isReady() && this.#receiver.mayGoOn()) {
        this.#end = 0
        inbox.pump(emit)
        if (!this.isReady()) break
        this.#drained = true
        if (!inbox.finish()) return
      }
      this.#drained = false
    } finally {
      current = outer
    }
  }

  /** @param end where it ends, counted from where decoding began */
  deliver(message: unknown, end: number): boolean {
    const { connection, settings } = this.#host
    const receiver = this.#receiver
    if (!receiver.count(end - this.#end, 1)) return false
    this.#end = end
    if (messageIn.hasSubscribers) publishMessageIn(this.#host, message)
    try {
      const result: unknown = settings.handler?.message?.(connection, message as In)
      if (result !== undefined && result !== accepted) this.settleLater(result)
    } catch (error) {
      this.#host.handlerFailed(error)
    }
    return receiver.mayGoOn() && this.isReady()
  }

  /** What `message` sends slows it down. What is sent elsewhere does not come of what is read. */
  isSlowedBy(): boolean {
    return current === (this as HandlerConsumer<unknown, unknown>)
  }

  /** A wait that `message` did not return keeps no further message from it. */
  isSlowedByWait(): boolean {
    return this.#busy
  }

  closed(): void {}

  private isReady(): boolean {
    return !this.#busy && (this.#receiver.holds & this.heeds) === 0
  }

  private settleLater(result: unknown): void {
    if (!isThenable(result)) return
    this.#busy = true
    result.then(
      () => {
        this.#busy = false
        this.#receiver.advance()
      },
      (error: unknown) => {
        this.#busy = false
        this.#host.handlerFailed(error)
        this.#receiver.advance()
      },
    )
  }
}
