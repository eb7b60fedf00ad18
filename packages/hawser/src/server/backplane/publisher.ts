import { BackplaneError, textOf } from '../../errors.js'
import { isThenable } from '../../promises.js'
import type { Backplane } from './backplane.js'
import type { BackplaneCalls } from './backplane-calls.js'

/** Bytes that a message takes beside its own while it waits, measured: promises, a buffer, what calls back. */
const perMessage = 896
/** What it means that a message could not be published. */
const unpublished = 'members on other nodes do not get it, those on this one did'

/** Brings messages to the backplane, and bounds and counts them. */
export class Publisher {
  published = 0
  lost = 0
  readonly #backplane: Backplane
  readonly #calls: BackplaneCalls
  readonly #queueLimit: number
  #queued = 0

  /** @param queueLimit bytes that may be under way to the backplane */
  constructor(backplane: Backplane, calls: BackplaneCalls, queueLimit: number) {
    this.#backplane = backplane
    this.#calls = calls
    this.#queueLimit = queueLimit
  }

  /** Bytes that wait to be published. */
  get queued(): number {
    return this.#backplane.queued ?? this.#queued
  }

  /** Whether there is no room. The message it was asked for is lost. */
  hasNoRoom(topic: string): boolean {
    if (!this.#isFull) return false
    this.#lose(topic)
    this.#calls.tell('queue', this.#noRoom('members on other nodes miss what is sent now'))
    return true
  }

  /** There is no message: it could not become bytes. */
  failed(topic: string, cause: unknown): void {
    this.#calls.failed('publish', cause, unpublished)
    this.#lose(topic)
  }

  /** Bring a message. */
  publish(topic: string, bytes: Uint8Array): void {
    this.#bring(topic, bytes, (worked) => {
      if (worked) this.published += 1
      else this.lost += 1
    })
  }

  /** Bring what is no message, if there is room. */
  say(topic: string, bytes: Uint8Array): void {
    if (!this.#isFull) this.#bring(topic, bytes, () => undefined)
  }

  /**
   * Bring what is no message and has to leave.
   *
   * @param failed called when it could not
   */
  ask(topic: string, bytes: Uint8Array, failed: (error: Error) => void): void {
    if (this.#isFull) {
      failed(this.#noRoom('the members on other nodes are not counted'))
      return
    }
    const fail = (cause: unknown): void => {
      const text = `the members on other nodes cannot be counted: ${textOf(cause)}`
      failed(new BackplaneError('HAWSER_BACKPLANE_FAILED', text, { op: 'publish', cause }))
    }
    try {
      const asking = this.#backplane.publish(topic, bytes)
      if (!isThenable(asking)) return
      const size = bytes.length + perMessage
      const settled = (): void => {
        this.#queued -= size
      }
      this.#queued += size
      Promise.resolve(asking).catch(fail).then(settled, settled)
    } catch (cause) {
      fail(cause)
    }
  }

  get #isFull(): boolean {
    const { queued } = this
    // Not at the first byte of room, or every message would be news.
    if (queued <= this.#queueLimit / 2) this.#calls.worked('queue')
    return queued >= this.#queueLimit
  }

  #noRoom(consequence: string): BackplaneError {
    const text =
      `${this.queued} bytes wait to be published and ${this.#queueLimit} may (backplaneQueue): ` +
      `${consequence}; send less, or raise backplaneQueue`
    return new BackplaneError('HAWSER_BACKPLANE_FULL', text, { op: 'publish' })
  }

  #lose(topic: string): void {
    this.lost += 1
    if (this.#backplane.refused === undefined) return
    const consequence = 'the others do not know that they miss a message'
    void this.#calls.run('refused', () => this.#backplane.refused?.(topic), consequence)
  }

  /** Apart from the encoding, because what waits keeps all that is in reach here. */
  #bring(topic: string, bytes: Uint8Array, settled: (worked: boolean) => void): void {
    const size = bytes.length + perMessage
    const sending = this.#calls.run(
      'publish',
      () => this.#backplane.publish(topic, bytes),
      unpublished,
      settled,
    )
    if (sending === undefined) return
    this.#queued += size
    void sending.then(() => {
      this.#queued -= size
    })
  }
}
