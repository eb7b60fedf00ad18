import { messageIn } from '../observe/channels.js'
import type { Engine } from './engine.js'
import { handlerFailed, isThenable } from './handler-calls.js'
import { publishMessageIn } from './publications.js'
import { accepted } from './sender.js'
import type { Consumer } from './consumer.js'

// Decoding is synchronous, so one emit function serves all connections: none needs a closure.
let current: HandlerConsumer<unknown, unknown> | undefined

function enter(
  consumer: HandlerConsumer<unknown, unknown>,
): HandlerConsumer<unknown, unknown> | undefined {
  const outer = current
  current = consumer
  return outer
}

function emit(message: unknown): boolean {
  return (current as HandlerConsumer<unknown, unknown>).deliver(message)
}

/** Pushes messages into the handler object, one after another, as long as it keeps up. */
export class HandlerConsumer<In, Out> implements Consumer {
  readonly #engine: Engine<In, Out>
  #busy = false
  /** All complete frames that were there when it last looked were taken. */
  #drained = true

  constructor(engine: Engine<In, Out>) {
    this.#engine = engine
  }

  get atRest(): boolean {
    return !this.#busy
  }

  get starving(): boolean {
    return this.#drained && this.#ready
  }

  open(): void {
    const { connection, settings } = this.#engine
    if (settings.handler?.open === undefined) return
    try {
      this.#await(settings.handler.open(connection))
    } catch (error) {
      handlerFailed(this.#engine, error)
    }
  }

  feed(bytes: Uint8Array, borrowed: boolean, headroom: number): boolean {
    const { inbox } = this.#engine.receiver
    if (!this.#ready || inbox.waiting > 0) return false
    const outer = enter(this)
    try {
      inbox.feed(bytes, borrowed, headroom, emit)
    } finally {
      current = outer
    }
    return true
  }

  pump(): void {
    const { inbox } = this.#engine.receiver
    const outer = enter(this)
    try {
      while (this.#ready) {
        inbox.pump(emit)
        if (!this.#ready) break
        this.#drained = true
        if (!inbox.finish()) return
      }
      this.#drained = false
    } finally {
      current = outer
    }
  }

  deliver(message: unknown): boolean {
    const { connection, settings } = this.#engine
    this.#engine.receiver.messages += 1
    if (messageIn.hasSubscribers) publishMessageIn(this.#engine, message)
    try {
      const result = settings.handler?.message?.(connection, message as In)
      if (result !== undefined && result !== accepted) this.#await(result)
    } catch (error) {
      handlerFailed(this.#engine, error)
    }
    return this.#ready
  }

  closed(): void {}

  get #ready(): boolean {
    return !this.#busy && this.#engine.receiver.deliverable
  }

  #await(result: void | Promise<void>): void {
    if (!isThenable(result)) return
    this.#busy = true
    result.then(
      () => {
        this.#busy = false
        this.#engine.receiver.advance()
      },
      (error: unknown) => {
        this.#busy = false
        handlerFailed(this.#engine, error)
        this.#engine.receiver.advance()
      },
    )
  }
}
