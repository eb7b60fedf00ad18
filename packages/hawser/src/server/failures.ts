import type { EventEmitter } from 'node:events'
import type { ServerConnection } from '../connection/server-face.js'
import { tell } from '../callbacks.js'
import { report, warn } from '../report.js'
import { HandlerError, type HawserError, textOf } from '../errors.js'
import type { ServerEvents } from './server-events.js'
import type { ServerOptions } from './server-options.js'

/** Brings what went wrong to `onError`, else to the `error` event, else once to the console. */
export class Failures<In, Out> {
  /** Exceptions out of handlers and listeners. */
  handlerErrors = 0
  readonly #emitter: EventEmitter<ServerEvents<In, Out>>
  readonly #onError: ServerOptions<In, Out>['onError']
  #warned = false

  constructor(
    emitter: EventEmitter<ServerEvents<In, Out>>,
    onError: ServerOptions<In, Out>['onError'],
  ) {
    this.#emitter = emitter
    this.#onError = onError
  }

  note(error: HawserError, connection: ServerConnection<In, Out> | undefined): void {
    if (error instanceof HandlerError) this.handlerErrors += 1
    const onError = this.#onError
    if (onError !== undefined) report(() => onError(error, connection))
    else if (this.#emitter.listenerCount('error') > 0) {
      report(() => this.#emitter.emit('error', error))
    } else if (!this.#warned) {
      this.#warned = true
      warn(error)
    }
  }

  /** Call what was passed to one of the server's methods. */
  call(method: string, callback: () => unknown): void {
    tell(callback, (cause) => {
      const text = `the callback of the server's method ${method} failed: ${textOf(cause)}`
      this.note(new HandlerError('HAWSER_HANDLER_FAILED', text, { op: 'handle', cause }), undefined)
    })
  }

  /** Call the listeners of one of the server's events. */
  announce(event: string, call: () => unknown): void {
    tell(call, (cause) => this.noteListener(event, cause))
  }

  /** A listener of one of the server's events threw, or rejected. */
  noteListener(event: string, cause: unknown): void {
    const message = textOf(cause)
    const text = `a listener of the server's event '${event}' failed: ${message}`
    const error = new HandlerError('HAWSER_HANDLER_FAILED', text, { op: 'handle', cause })
    // It would only be passed to itself.
    if (event === 'error') warn(error)
    else this.note(error, undefined)
  }
}
