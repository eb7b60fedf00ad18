import { messageIn } from '../observe/channels.js'
import type { Consumer } from './consumer.js'
import type { Engine } from './engine.js'
import { none } from './inbox.js'
import { publishMessageIn } from './publications.js'
import { rejected } from './promises.js'

type Result<In> = IteratorResult<In, undefined>
type Resolve<In> = (result: Result<In> | Promise<Result<In>>) => void

const done: Result<never> = { done: true, value: undefined }

/**
 * Hands out messages as they are asked for: asking is the backpressure. `return` (a `break` out of
 * the loop) lets go of the connection without closing it and without losing a message.
 */
export class IteratorConsumer<In, Out> implements Consumer, AsyncIterableIterator<In> {
  readonly #engine: Engine<In, Out>
  #waiter: Resolve<In> | undefined
  #promise: Promise<Result<In>> | undefined
  /** Those who asked before the one in front had its answer: rare, so they have no place of their own. */
  #queue: [Resolve<In>, Promise<Result<In>>][] | undefined
  #over = false

  constructor(engine: Engine<In, Out>) {
    this.#engine = engine
  }

  get atRest(): boolean {
    return this.#over || this.starving
  }

  get starving(): boolean {
    return this.#waiter !== undefined
  }

  feed(): boolean {
    return false
  }

  pump(): void {
    while (this.#waiter !== undefined && this.#engine.receiver.deliverable) {
      const result = this.#take()
      if (result === undefined) return
      this.#answer(result)
    }
  }

  next(): Promise<Result<In>> {
    const engine = this.#engine
    if (this.#over) return Promise.resolve(done)
    if (engine.error !== undefined) return this.#fail(engine.error)
    if (this.#waiter === undefined && engine.receiver.deliverable) {
      try {
        const result = this.#take()
        if (result !== undefined) {
          if (engine.receiver.stopped || this.#over) engine.receiver.advance()
          return Promise.resolve(result)
        }
      } catch (error) {
        this.#over = true
        return rejected(engine.malformed(error))
      }
    }
    if (engine.isClosed || engine.isDiscarding) return this.#fail(undefined)
    let resolve!: Resolve<In>
    const promise = new Promise<Result<In>>((yes) => {
      resolve = yes
    })
    this.#wait(resolve, promise)
    engine.receiver.advance()
    return promise
  }

  return(): Promise<Result<In>> {
    this.#finish()
    return Promise.resolve(done)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  closed(error: Error | undefined): void {
    if (error === undefined) this.#over = true
    if (this.#waiter === undefined) return
    this.#over = true
    // Whoever asked ahead may not be looking: a peer's reset must not end the process.
    if (error !== undefined) this.#promise?.catch(ignore)
    this.#answer(error === undefined ? done : rejected(error))
    while (this.#waiter !== undefined) this.#answer(done)
  }

  #wait(resolve: Resolve<In>, promise: Promise<Result<In>>): void {
    if (this.#waiter === undefined) {
      this.#waiter = resolve
      this.#promise = promise
    } else {
      this.#queue ??= []
      this.#queue.push([resolve, promise])
    }
  }

  #answer(result: Result<In> | Promise<Result<In>>): void {
    const waiter = this.#waiter
    const next = this.#queue?.shift()
    this.#waiter = next?.[0]
    this.#promise = next?.[1]
    waiter?.(result)
  }

  #letGo(): void {
    const { receiver } = this.#engine
    this.#over = true
    if (receiver.consumer !== this) return
    receiver.consumer = undefined
    this.#engine.released()
  }

  #take(): Result<In> | undefined {
    const { receiver } = this.#engine
    // An idle connection has no inbox yet, and asking for a message is no reason to make one.
    while (!receiver.empty || receiver.ended) {
      const message = receiver.inbox.take()
      if (message !== none) {
        receiver.messages += 1
        if (messageIn.hasSubscribers) publishMessageIn(this.#engine, message)
        return { done: false, value: message }
      }
      if (!receiver.inbox.finish()) break
    }
    if (!receiver.done) return undefined
    this.#letGo()
    return done
  }

  #finish(): void {
    this.#letGo()
    while (this.#waiter !== undefined) this.#answer(done)
  }

  #fail(error: Error | undefined): Promise<Result<In>> {
    this.#letGo()
    return error === undefined ? Promise.resolve(done) : rejected(error)
  }
}

function ignore(): void {}
