import type { Engine } from './engine.js'
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
  starving = true

  constructor(engine: Engine<In, Out>) {
    this.#engine = engine
  }

  get atRest(): boolean {
    return !this.#busy
  }

  open(): void {
    const { connection, settings } = this.#engine
    if (settings.handler?.open === undefined) return
    try {
      this.#await(settings.handler.open(connection))
    } catch (error) {
      this.#engine.handlerFailed(error)
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
        this.starving = true
        if (!inbox.finish()) return
      }
      this.starving = false
    } finally {
      current = outer
    }
  }

  deliver(message: unknown): boolean {
    const { connection, settings } = this.#engine
    this.#engine.receiver.messages += 1
    try {
      const result = settings.handler?.message?.(connection, message as In)
      if (result !== undefined && result !== accepted) this.#await(result)
    } catch (error) {
      this.#engine.handlerFailed(error)
    }
    return this.#ready
  }

  closed(): void {}

  get #ready(): boolean {
    return !this.#busy && this.#engine.receiver.deliverable
  }

  #await(result: void | Promise<void>): void {
    if (typeof (result as Promise<void> | undefined)?.then !== 'function') return
    this.#busy = true
    ;(result as Promise<void>).then(
      () => {
        this.#busy = false
        this.#engine.receiver.advance()
      },
      (error: unknown) => {
        this.#busy = false
        this.#engine.handlerFailed(error)
      },
    )
  }
}
