import { ConnectionError, type ErrorDetails, FramingError } from '../../errors.js'
import { handled, rejected } from '../../promises.js'
import type { Consumer } from './consumer.js'
import { holds } from './holds.js'
import { asReceiveEnded } from './receive-errors.js'
import type { Receiver } from './receiver.js'
import type { ReceiverHost } from './receiver-host.js'
import { SingleConsumer } from './single-consumer.js'

type Result = IteratorResult<Uint8Array, undefined>

/** One that waits for bytes. */
interface Waiter {
  resolve(result: Result): void
  reject(error: Error): void
}

const done: Result = { done: true, value: undefined }

/**
 * Takes so many bytes past the framing, in the place of the consumer that is there, and gives the place
 * back exactly behind them. Bytes go on as they are asked for. Who leaves them (a `break`) has the rest
 * dropped as it arrives, so that the next message is read from where it begins.
 */
export class TakenBytes<In, Out> implements Consumer, AsyncIterableIterator<Uint8Array, undefined> {
  readonly heeds: number = holds.paused | holds.upgrading
  readonly isBusy = false
  readonly atRest = false
  readonly endsWithPeer = false
  readonly #host: ReceiverHost<In, Out>
  readonly #receiver: Receiver<In, Out>
  #before: Consumer | undefined
  readonly #size: number
  readonly #waiters: Waiter[] = []
  #left: number
  #isDropping = false
  #error: Error | undefined

  constructor(host: ReceiverHost<In, Out>, receiver: Receiver<In, Out>, size: number) {
    this.#host = host
    this.#receiver = receiver
    this.#size = size
    this.#left = size
  }

  /** Take the place, and have what was decoded ahead forgotten: it was cut out of these bytes. */
  begin(): void {
    const receiver = this.#receiver
    receiver.hold(holds.taking)
    this.#before = receiver.consumer
    receiver.consumer = this
    receiver.rewind()
  }

  /** What goes on behind them: what was there before, or came since. */
  get before(): Consumer | undefined {
    return this.#before?.isOver === true ? undefined : this.#before
  }

  set before(consumer: Consumer | undefined) {
    this.#before = consumer
  }

  get taken(): number {
    return this.#size - this.#left
  }

  followedBy(next: Consumer): boolean {
    if (this.before !== undefined) return false
    this.#before = next
    return true
  }

  get starving(): boolean {
    return this.#left > 0 && this.#receiver.held === 0
  }

  isSlowedBy(): boolean {
    return false
  }

  isSlowedByWait(): boolean {
    return false
  }

  feed(bytes: Uint8Array, borrowed: boolean): boolean {
    const receiver = this.#receiver
    if (!this.#isAsked || receiver.held > 0) return false
    const size = Math.min(this.#left, bytes.length)
    // What is not ours to keep is copied, and so is a piece that would pin far more than it is.
    const isCopied = borrowed || 2 * size < bytes.buffer.byteLength
    if (size < bytes.length) receiver.inbox.append(bytes.subarray(size), borrowed)
    const own = new Uint8Array(bytes.buffer, bytes.byteOffset, size)
    this.#pass(isCopied && !this.#isDropping ? own.slice() : own)
    return true
  }

  pump(): void {
    const receiver = this.#receiver
    while (this.#isAsked && receiver.held > 0) {
      this.#pass(receiver.inbox.takeBytes(this.#left))
    }
    if (this.#left > 0 && receiver.ended && receiver.held === 0) {
      throw truncated(this.#size, this.#left)
    }
  }

  next(): Promise<Result> {
    if (this.#error !== undefined) return rejected(this.#error)
    if (this.#left === 0 || this.#isDropping) return Promise.resolve(done)
    const promise = new Promise<Result>((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
    })
    this.#receiver.advance()
    return handled(promise)
  }

  return(): Promise<Result> {
    if (this.#left > 0 && this.#error === undefined && !this.#isDropping) {
      this.#isDropping = true
      this.#release()
      this.#receiver.advance()
    }
    return Promise.resolve(done)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  closed(error: Error | undefined): void {
    // What came so far must not pass for all of it.
    this.#error = error ?? broken(this.#size, this.#left, this.#host.details)
    for (const waiter of this.#waiters.splice(0)) waiter.reject(this.#error)
    this.before?.closed(error)
  }

  get #isAsked(): boolean {
    if ((this.#receiver.holds & this.heeds) !== 0 || this.#left === 0) return false
    return this.#isDropping || this.#waiters.length > 0
  }

  #pass(bytes: Uint8Array): void {
    this.#left -= bytes.length
    // What is sent because of them is charged to this connection.
    this.#receiver.share.take(0, 0)
    if (!this.#isDropping) this.#waiters.shift()?.resolve({ done: false, value: bytes })
    if (this.#left > 0) return
    this.#release()
    this.#giveBack()
  }

  #release(): void {
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(done)
  }

  #giveBack(): void {
    const receiver = this.#receiver
    const { before } = this
    receiver.consumer = before
    receiver.lift(holds.taking)
    // What is silent is not heard while bytes are taken.
    receiver.inbox.readsAgain()
    // Its wait may be over by now.
    if (before instanceof SingleConsumer) before.resign()
    if (before === undefined) this.#host.released()
  }
}

function truncated(size: number, left: number): FramingError {
  return new FramingError(
    'HAWSER_FRAME_TRUNCATED',
    `the stream ended ${size - left} bytes into a body of ${size}: the peer closed before it had sent all of it`,
    { op: 'decode' },
  )
}

function broken(size: number, left: number, details: ErrorDetails): ConnectionError {
  const text = `the connection ended ${size - left} bytes into a body of ${size}: connect again`
  return asReceiveEnded(
    new ConnectionError('HAWSER_CONNECTION_CLOSED', text, { op: 'read', ...details }),
  )
}
