import type { HawserError } from '../../errors.js'
import { Room } from './room.js'

/** What the brake of a connection tells it. */
export interface BrakeHost {
  /**
   * The outbox is above its high-water mark; called for each message that finds it so.
   *
   * @param isTold whether its sender sees that
   */
  blocked(isTold: boolean): void
  /** A sender awaits room in the outbox, and so slows itself down. */
  awaited(): void
  /** The outbox is below its high-water mark again. */
  unblocked(): void
  /** `unsent` bytes wait, more than `limit`; called once each time that comes about. */
  exceeded(kind: 'high-water' | 'full', unsent: number, limit: number): void
}

/** Whether an outbox is above its high-water mark, and who waits for room in it. */
export class Brake {
  readonly #host: BrakeHost
  /** The outbox is above its mark. */
  isOn = false
  /** A sender awaits room. */
  isAwaited = false
  #isAbove = false
  #room: Room | undefined

  constructor(host: BrakeHost) {
    this.#host = host
  }

  /** Settles when there is room; what all senders get meanwhile. */
  get room(): Promise<void> {
    this.#room ??= new Room(() => this.#noteWait())
    return this.#room.promise
  }

  /**
   * A message found `unsent` bytes waiting, or too much written in one turn.
   *
   * @param isTold whether its sender sees that
   */
  pull(unsent: number, limit: number, isTold: boolean): void {
    this.isOn = true
    this.#host.blocked(isTold)
    if (unsent <= limit || this.#isAbove) return
    this.#isAbove = true
    this.#host.exceeded('high-water', unsent, limit)
  }

  /** There is room. */
  release(): void {
    const room = this.#room
    this.#room = undefined
    this.isOn = this.isAwaited = this.#isAbove = false
    room?.resolve()
    this.#host.unblocked()
  }

  /** There will never be room: each waiting caller gets the error. */
  abandon(refusal: () => HawserError): void {
    const room = this.#room
    this.#room = undefined
    this.isOn = this.isAwaited = false
    if (room !== undefined) room.reject(refusal())
  }

  #noteWait(): void {
    if (this.isAwaited || !this.isOn) return
    this.isAwaited = true
    this.#host.awaited()
  }
}
