import { ConnectionError, isA } from '../errors.js'
import { accepted, ignore, isThenable } from '../promises.js'

/** A reply that is not sent yet. */
interface Slot<Out> {
  reply: Out | undefined
  isReady: boolean
}

/**
 * The replies of one connection on their way: so many at once, in the order of their requests or in that
 * of their readiness.
 */
export class RequestLane<Out> {
  readonly #most: number
  readonly #inOrder: boolean
  readonly #send: (reply: Out) => Promise<void>
  readonly #broken: () => void
  /** Those under way, the oldest first; with replies in any order, those that are not ready. */
  readonly #slots = new Set<Slot<Out>>()
  #failure: { readonly error: unknown } | undefined
  #isAbandoned = false
  /** Sends that wait for the client to read. */
  #sending: Promise<void> | undefined
  #waiter: { resolve(): void; reject(error: unknown): void; isForAll: boolean } | undefined

  /**
   * @param send sends one reply
   * @param broken called once a reply cannot be made or sent
   */
  constructor(
    most: number,
    inOrder: boolean,
    send: (reply: Out) => Promise<void>,
    broken: () => void,
  ) {
    this.#most = most
    this.#inOrder = inOrder
    this.#send = send
    this.#broken = broken
  }

  /**
   * One more reply, or the promise of one.
   *
   * @returns when there is room for the next request; undefined where there is now. Rejects with what a
   *   reply rejected with
   * @throws the same
   */
  take(reply: Out | undefined | PromiseLike<Out | undefined>): Promise<void> | undefined {
    if (this.#failure !== undefined) throw this.#failure.error
    if (!isThenable(reply)) {
      if (this.#slots.size === 0 || !this.#inOrder) this.#put(reply)
      else this.#slots.add({ reply: reply, isReady: true })
    } else {
      const slot: Slot<Out> = { reply: undefined, isReady: false }
      this.#slots.add(slot)
      reply.then(
        (value) => this.#ready(slot, value),
        (error: unknown) => this.#failed(error),
      )
    }
    return this.#hasRoom ? this.#sending?.catch(ignore) : this.#wait(false)
  }

  /** @returns fulfils when every reply was sent; rejects with what one rejected with */
  async emptied(): Promise<void> {
    if (this.#slots.size > 0 && !this.#isAbandoned && !this.#hasFailed) await this.#wait(true)
    await this.#sending?.catch(ignore)
    if (this.#hasFailed) throw this.#failure?.error
  }

  /** There is nowhere to send to any more. */
  abandon(): void {
    this.#isAbandoned = true
    this.#slots.clear()
    this.#settle()
  }

  get #hasFailed(): boolean {
    return this.#failure !== undefined
  }

  get #hasRoom(): boolean {
    return this.#slots.size < this.#most || this.#isAbandoned
  }

  #ready(slot: Slot<Out>, reply: Out | undefined): void {
    if (this.#isAbandoned) return
    if (this.#inOrder) {
      slot.reply = reply
      slot.isReady = true
      for (const first of this.#slots) {
        if (!first.isReady) break
        this.#slots.delete(first)
        this.#put(first.reply)
      }
    } else {
      this.#slots.delete(slot)
      this.#put(reply)
    }
    this.#settle()
  }

  #failed(error: unknown): void {
    if (this.#isAbandoned) return
    if (this.#failure === undefined) {
      this.#failure = { error }
      this.#broken()
    }
    this.#settle()
  }

  #put(reply: Out | undefined): void {
    if (reply === undefined || this.#failure !== undefined || this.#isAbandoned) return
    const sent = this.#send(reply)
    this.#sending = sent === accepted ? undefined : sent
    if (sent === accepted) return
    sent.catch((error: unknown) => {
      // A connection that has ended has its own reason.
      if (!isA(error, ConnectionError)) this.#failed(error)
    })
  }

  #wait(isForAll: boolean): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiter = { resolve, reject, isForAll }
    })
  }

  #settle(): void {
    const waiter = this.#waiter
    if (waiter === undefined) return
    const isDone = waiter.isForAll ? this.#slots.size === 0 : this.#hasRoom
    if (this.#failure === undefined && !isDone) return
    this.#waiter = undefined
    if (this.#failure === undefined) waiter.resolve()
    else waiter.reject(this.#failure.error)
  }
}
