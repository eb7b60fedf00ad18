import type { Consumer } from './consumer.js'
import type { Engine } from './engine.js'
import { none } from './inbox.js'
import { rejected } from './sender.js'

interface Waiter<In> {
  resolve(result: IteratorResult<In, undefined>): void
  reject(error: Error): void
}

const done: IteratorResult<never, undefined> = { done: true, value: undefined }

/**
 * Hands out messages as they are asked for: asking is the backpressure. `return` (a `break` out of
 * the loop) lets go of the connection without closing it and without losing a message.
 */
export class IteratorConsumer<In, Out> implements Consumer, AsyncIterableIterator<In> {
  readonly #engine: Engine<In, Out>
  #waiters: Waiter<In>[] = []
  #over = false

  constructor(engine: Engine<In, Out>) {
    this.#engine = engine
  }

  get atRest(): boolean {
    return this.#over || this.starving
  }

  get starving(): boolean {
    return this.#waiters.length > 0
  }

  feed(): boolean {
    return false
  }

  pump(): void {
    while (this.#waiters.length > 0) {
      const result = this.#engine.deliverable ? this.#take() : undefined
      if (result === undefined) return
      this.#waiters.shift()?.resolve(result)
    }
  }

  next(): Promise<IteratorResult<In, undefined>> {
    const engine = this.#engine
    if (this.#over) return Promise.resolve(done)
    if (engine.isClosed) return this.#afterClose()
    if (this.#waiters.length === 0 && engine.deliverable) {
      try {
        const result = this.#take()
        if (result !== undefined) {
          if (engine.stopped) engine.advance()
          return Promise.resolve(result)
        }
      } catch (error) {
        return rejected(engine.malformed(error))
      }
    }
    return new Promise((resolve, reject) => {
      this.#waiters.push({ resolve, reject })
      engine.advance()
    })
  }

  return(): Promise<IteratorResult<In, undefined>> {
    this.#finish()
    return Promise.resolve(done)
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  closed(error: Error | undefined): void {
    const waiters = this.#waiters
    this.#waiters = []
    for (const waiter of waiters) {
      if (error === undefined) waiter.resolve(done)
      else waiter.reject(error)
    }
    if (waiters.length > 0) this.#over = true
  }

  #take(): IteratorResult<In, undefined> | undefined {
    const { inbox } = this.#engine
    for (;;) {
      const message = inbox.take()
      if (message !== none) {
        this.#engine.messagesRead += 1
        return { done: false, value: message }
      }
      if (inbox.finish()) continue
      if (!this.#engine.inputDone) return undefined
      this.#finish()
      this.#engine.inputTaken()
      return done
    }
  }

  #finish(): void {
    this.#over = true
    this.#engine.release(this)
    for (const waiter of this.#waiters.splice(0)) waiter.resolve(done)
  }

  #afterClose(): Promise<IteratorResult<In, undefined>> {
    this.#over = true
    const { error } = this.#engine
    return error === undefined ? Promise.resolve(done) : rejected(error)
  }
}
