import { messageIn } from '../../observe/channels.js'
import { LinkedMap } from '../../policy/linked-map.js'
import { ignore, rejected } from '../../promises.js'
import { publishMessageIn } from '../publications.js'
import type { Consumer } from './consumer.js'
import { allHolds, holds, unbraked } from './holds.js'
import { none } from './inbox.js'
import type { Receiver } from './receiver.js'
import type { ReceiverHost } from './receiver-host.js'

type Result<Item> = IteratorResult<Item, undefined>
type Resolve<Item> = (result: Result<Item> | Promise<Result<Item>>) => void

const done: Result<never> = { done: true, value: undefined }

/**
 * Hands out messages as they are asked for: asking is the backpressure. `return` (a `break` out of
 * the loop) lets go of the connection without closing it and without losing a message.
 */
export abstract class IteratorConsumer<In, Out, Item>
  implements Consumer, AsyncIterableIterator<Item>
{
  readonly heeds: number
  readonly endsWithPeer = false
  readonly isBusy = false
  /** Whether a stream takes them, which asks ahead. */
  readonly isStream: boolean
  protected readonly host: ReceiverHost<In, Out>
  protected readonly receiver: Receiver<In, Out>
  #waiter: Resolve<Item> | undefined
  #promise: Promise<Result<Item>> | undefined
  /** Those who asked before the one in front had its result: rare, so made when needed. */
  #queue: LinkedMap<Resolve<Item>, Promise<Result<Item>>> | undefined
  #over = false

  /** @param isStream a stream takes them, which a blocked outbox never stops */
  constructor(host: ReceiverHost<In, Out>, receiver: Receiver<In, Out>, isStream: boolean) {
    this.host = host
    this.receiver = receiver
    this.isStream = isStream
    this.heeds = host.settings.brakes === 'all' && !isStream ? allHolds : unbraked
    receiver.consume(this)
  }

  /** The next thing to hand out, or `none`; counted, charged and published. */
  protected abstract take(): Item | typeof none

  get atRest(): boolean {
    return this.#over || this.starving
  }

  get isOver(): boolean {
    return this.#over
  }

  get starving(): boolean {
    return this.#waiter !== undefined
  }

  feed(): boolean {
    return false
  }

  /** A loop that asks for a message has sent all that came of the last one. */
  isSlowedBy(isAwaited: boolean, isTold: boolean): boolean {
    return !isAwaited && !(isTold && this.starving)
  }

  isSlowedByWait(): boolean {
    return true
  }

  pump(): void {
    while (this.#waiter !== undefined && this.#isDeliverable) {
      const result = this.#take()
      if (result === undefined) return
      this.#settle(result)
    }
  }

  next(): Promise<Result<Item>> {
    const { host, receiver } = this
    if (this.#over) return Promise.resolve(done)
    if (host.error !== undefined) return this.#fail(host.error)
    if (this.#waiter === undefined && this.#isDeliverable) {
      try {
        const result = this.#take()
        if (result !== undefined) {
          if (receiver.stopped || this.#over) receiver.advance()
          return Promise.resolve(result)
        }
      } catch (error) {
        this.#over = true
        return rejected(host.malformed(error))
      }
    }
    const isDiscarding = (receiver.holds & holds.discarding) !== 0
    const isSpent = (receiver.holds & holds.spent) !== 0
    if (isDiscarding || (host.isClosed && !isSpent)) return this.#fail(undefined)
    let resolve!: Resolve<Item>
    const promise = new Promise<Result<Item>>((yes) => {
      resolve = yes
    })
    this.#wait(resolve, promise)
    receiver.advance()
    return promise
  }

  return(): Promise<Result<Item>> {
    this.#letGo()
    while (this.#waiter !== undefined) this.#settle(done)
    return Promise.resolve(done)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  closed(error: Error | undefined): void {
    if (error === undefined) this.#over = true
    if (this.#waiter === undefined) return
    this.#over = true
    // A loop that asked ahead may not be looking: a peer's reset must not end the process.
    if (error !== undefined) this.#promise?.catch(ignore)
    this.#settle(error === undefined ? done : rejected(error))
    while (this.#waiter !== undefined) this.#settle(done)
  }

  get #isDeliverable(): boolean {
    return (this.receiver.holds & this.heeds) === 0
  }

  #wait(resolve: Resolve<Item>, promise: Promise<Result<Item>>): void {
    if (this.#waiter === undefined) {
      this.#waiter = resolve
      this.#promise = promise
    } else {
      this.#queue ??= new LinkedMap()
      this.#queue.set(resolve, promise)
    }
  }

  #settle(result: Result<Item> | Promise<Result<Item>>): void {
    const waiter = this.#waiter
    const next = this.#queue?.oldest
    if (next !== undefined) this.#queue?.delete(next.key)
    this.#waiter = next?.key
    this.#promise = next?.value
    waiter?.(result)
  }

  #letGo(): void {
    this.#over = true
    if (this.receiver.consumer !== this) return
    this.receiver.consumer = undefined
    this.host.released()
  }

  #take(): Result<Item> | undefined {
    const { receiver } = this
    // An idle connection has no inbox yet, and asking for a message is no reason to make one.
    while (!receiver.empty || receiver.ended) {
      if (!receiver.mayGoOn()) return undefined
      const item = this.take()
      if (item !== none) return { done: false, value: item }
      // It was one too many.
      if (this.host.error !== undefined) throw this.host.error
      if (!receiver.inbox.finish()) break
    }
    if (!receiver.done) return undefined
    this.#letGo()
    this.host.exhausted()
    return done
  }

  #fail(error: Error | undefined): Promise<Result<Item>> {
    this.#letGo()
    return error === undefined ? Promise.resolve(done) : rejected(error)
  }
}

/** Hands out one message at a time. */
export class MessageIterator<In, Out> extends IteratorConsumer<In, Out, In> {
  protected override take(): In | typeof none {
    const { receiver } = this
    const message = receiver.inbox.take()
    if (message === none) return none
    if (!receiver.count(receiver.inbox.takenBytes, 1)) return none
    if (messageIn.hasSubscribers) publishMessageIn(this.host, message)
    return message
  }
}

/** Hands out all messages that are there, as an array: a promise for each of them costs more than the rest. */
export class BatchIterator<In, Out> extends IteratorConsumer<In, Out, In[]> {
  protected override take(): In[] | typeof none {
    const { receiver } = this
    const batch = receiver.inbox.takeBatch(receiver.messagesLeft)
    if (batch === none) return none
    if (!receiver.count(receiver.inbox.takenBytes, batch.length)) return none
    if (messageIn.hasSubscribers) {
      for (const message of batch) publishMessageIn(this.host, message)
    }
    return batch
  }
}
