import type { Buffer } from 'node:buffer'
import type { Turns } from './turns.js'

/** Requests that wait, and bytes of them: from then on the page is not read. */
const mostWaiting = 256
const mostBytes = 4 * 1024 * 1024

/** What a page is to its inbox. */
export interface InboxOwner {
  /** Stop reading: so many requests wait. */
  pause(waiting: number): void
  /** Go on. */
  resume(): void
  /** A request is due. */
  take(request: Buffer): void
}

/** What a page has asked for and waits: one that asks faster than it can be served holds up nothing but itself. */
export class Inbox {
  readonly #owner: InboxOwner
  readonly #turns: Turns
  readonly #waiting: Buffer[] = []
  #bytes = 0
  #isPaused = false
  #isTaking = false

  constructor(owner: InboxOwner, turns: Turns) {
    this.#owner = owner
    this.#turns = turns
  }

  add(request: Buffer): void {
    this.#waiting.push(request)
    this.#bytes += request.length
    if (this.#isFull(1) && !this.#isPaused) {
      this.#isPaused = true
      this.#owner.pause(this.#waiting.length)
    }
    if (this.#isTaking) return
    this.#isTaking = true
    this.#turns.add(() => this.#take())
  }

  /** The page has gone. */
  clear(): void {
    this.#waiting.length = 0
    this.#bytes = 0
  }

  #take(): boolean {
    const request = this.#waiting.shift()
    if (request !== undefined) {
      this.#bytes -= request.length
      this.#owner.take(request)
    }
    if (this.#isPaused && !this.#isFull(2)) {
      this.#isPaused = false
      this.#owner.resume()
    }
    this.#isTaking = this.#waiting.length > 0
    return this.#isTaking
  }

  /** @param part of what may wait */
  #isFull(part: number): boolean {
    return this.#waiting.length > mostWaiting / part || this.#bytes > mostBytes / part
  }
}
