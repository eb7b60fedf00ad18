import type { EventEmitter } from 'node:events'
import { defaultDrain } from '../connection/options/close-options.js'
import type { CloseResult } from '../connection/server-face.js'
import { checkOptions } from '../options/check-options.js'
import { atLeast } from '../options/numbers.js'
import type { Clock } from '../policy/clock.js'
import type { Acceptor } from './accept/acceptor.js'
import { Drain } from './drain.js'
import type { Endpoints } from './endpoints.js'
import type { ServerEvents } from './server-events.js'
import type { Failures } from './failures.js'
import { serverCloseNames, type ServerCloseOptions } from './server-options.js'

/** What of a server has a part in its end. */
export interface ClosingParts<In, Out> {
  readonly clock: Clock
  readonly emitter: EventEmitter<ServerEvents<In, Out>>
  readonly endpoints: Endpoints
  readonly failures: Failures<In, Out>
  readonly acceptor: Acceptor<In, Out>
}

/** The end of a server: the first call begins it, and the shortest drain of all calls counts. */
export class Closing<In, Out> {
  readonly #parts: ClosingParts<In, Out>
  #drain: Drain<In, Out> | undefined
  #result: Promise<CloseResult> | undefined
  #release: (() => void) | undefined

  constructor(parts: ClosingParts<In, Out>) {
    this.#parts = parts
  }

  get hasBegun(): boolean {
    return this.#drain !== undefined
  }

  /** Calls `close` when `signal` fires, unless the end has begun before. */
  obey(signal: AbortSignal, close: () => void): void {
    if (signal.aborted) {
      close()
      return
    }
    signal.addEventListener('abort', close, { once: true })
    this.#release = () => signal.removeEventListener('abort', close)
  }

  close(options: ServerCloseOptions<In, Out>): Promise<CloseResult> {
    checkOptions(options, serverCloseNames)
    const { drain: wait = defaultDrain, signal, onDrain } = options
    atLeast('drain', wait, 0, 'milliseconds')
    const isFirst = this.#drain === undefined
    const drain = (this.#drain ??= new Drain(this.#parts.clock))
    if (isFirst) {
      this.#result = this.#finish(drain)
      this.#begin(drain, onDrain)
    }
    drain.limit(wait)
    if (signal !== undefined) drain.obey(signal)
    return this.#result as Promise<CloseResult>
  }

  #begin(drain: Drain<In, Out>, onDrain: ServerCloseOptions<In, Out>['onDrain']): void {
    const { acceptor, emitter, endpoints, failures } = this.#parts
    this.#release?.()
    endpoints.stop()
    failures.announce('closing', () => emitter.emit('closing'))
    acceptor.drain(drain, onDrain)
  }

  async #finish(drain: Drain<In, Out>): Promise<CloseResult> {
    const { acceptor, emitter, failures } = this.#parts
    const result = await drain.result
    await acceptor.keeper.groups.uplink?.close()
    failures.announce('close', () => emitter.emit('close'))
    return result
  }
}
