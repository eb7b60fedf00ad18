import { valueOf } from '../../callbacks.js'
import { turnTime } from '../../connection/time/system-clock.js'
import type { HawserError } from '../../errors.js'
import { handled } from '../../promises.js'
import type { Clock } from '../../policy/clock.js'
import { Pending, type Progress, type Source } from '../correlators/pending.js'
import { Pushes } from './pushes.js'

type Result<In> = IteratorResult<In, undefined>

/** A request whose reply is several messages, each delivered when it came. */
export class ReplyStream<In> extends Pending<In, void> {
  readonly #until: (message: In) => boolean
  readonly #clock: Clock
  readonly #messages = new Pushes<In>()
  #isHeld = false

  constructor(clock: Clock, timeout: number, until: (message: In) => boolean) {
    super(turnTime(clock), timeout)
    this.#clock = clock
    this.#until = until
  }

  override get isHeld(): boolean {
    return this.#isHeld
  }

  override accept(message: In, { bytesRead }: Source): Progress {
    const isLast = valueOf('until', this.#until(message))
    if (this.settled) return isLast ? 'whole' : 'part'
    const room = this.#messages.push(message, bytesRead)
    if (isLast) {
      this.resolve()
      return 'whole'
    }
    this.#renew()
    if (room === undefined) return 'part'
    this.#isHeld = true
    return room.then(() => this.#renew())
  }

  override resolve(): void {
    super.resolve()
    this.#messages.end()
  }

  override reject(error: HawserError): void {
    super.reject(error)
    this.#messages.end()
  }

  /** The messages; the end of a reply that failed throws. */
  iterate(): AsyncIterableIterator<In, undefined> {
    return this.#messages.iterate()
  }

  /** The next message may take as long as the first. */
  #renew(): void {
    this.#isHeld = false
    this.deadline = turnTime(this.#clock) + this.timeout
  }
}

/** What a reader of a stream sees; nothing is sent before it asks for the first message. */
export class ReplyReader<In> implements AsyncIterableIterator<In, undefined> {
  readonly #begin: () => ReplyStream<In>
  readonly #giveUp: (stream: ReplyStream<In>) => void
  #stream: ReplyStream<In> | undefined
  #messages: AsyncIterableIterator<In, undefined> | undefined
  #isOver = false

  constructor(begin: () => ReplyStream<In>, giveUp: (stream: ReplyStream<In>) => void) {
    this.#begin = begin
    this.#giveUp = giveUp
  }

  next(): Promise<Result<In>> {
    // Awaited or not, it must not end the process.
    return handled(this.#next())
  }

  return(): Promise<Result<In>> {
    const stream = this.#stream
    this.#isOver = true
    if (stream !== undefined && !stream.settled) this.#giveUp(stream)
    return this.#messages?.return?.() ?? Promise.resolve({ done: true, value: undefined })
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  async #next(): Promise<Result<In>> {
    if (this.#isOver) return { done: true, value: undefined }
    this.#stream ??= this.#begin()
    this.#messages ??= this.#stream.iterate()
    const result = await this.#messages.next()
    if (result.done !== true) return result
    const isFirst = !this.#isOver
    this.#isOver = true
    if (isFirst) await this.#stream.promise
    return result
  }
}
