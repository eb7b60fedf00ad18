import type { HawserError } from '../../errors.js'
import { ignore } from '../../promises.js'

/**
 * The promise that `send` returns while the outbox is above its mark. Whether the sender waits for
 * it decides who is to be slowed down, so it notices when a fulfilment callback is attached: to
 * itself, or to a promise derived from it. `await` calls the `then` of a subclass, and never one
 * that was put on a native promise.
 */
class RoomPromise<T> extends Promise<T> {
  noteWait: (() => void) | undefined

  // oxlint-disable-next-line unicorn/no-thenable -- noticing `then` is what it is for
  override then<Done = T, Failed = never>(
    fulfilled?: ((value: T) => Done | PromiseLike<Done>) | null,
    rejected?: ((reason: unknown) => Failed | PromiseLike<Failed>) | null,
  ): Promise<Done | Failed> {
    const derived = super.then(fulfilled, rejected)
    if (typeof fulfilled === 'function') this.noteWait?.()
    // A caller that only catches may still await what comes of it.
    else (derived as RoomPromise<Done | Failed>).noteWait = this.noteWait
    return derived
  }
}

/** The wait for room in the outbox: one for all senders, or it would outweigh small messages. */
export class Room {
  readonly promise: Promise<void>
  resolve!: () => void
  reject!: (error: HawserError) => void

  /** @param noteWait called when a sender begins to wait; perhaps more than once */
  constructor(noteWait: () => void) {
    const promise = new RoomPromise<void>((resolve, reject) => {
      this.resolve = resolve
      this.reject = reject
    })
    promise.noteWait = noteWait
    // A forgotten `await` must not end the process.
    promise.catch(ignore)
    this.promise = promise
  }
}
