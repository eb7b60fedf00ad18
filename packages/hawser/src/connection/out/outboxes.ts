import { Outbox } from './outbox.js'

/**
 * What one connection has to write: one outbox, and while TLS is about to begin another in front of it,
 * which still leaves in plain text.
 */
export class Outboxes {
  /** Where messages are put now. */
  current: Outbox = new Outbox()
  #front: Outbox | undefined
  #isSealed = false

  /** Whether what is put in `current` is held back. */
  get isSealed(): boolean {
    return this.#isSealed
  }

  get empty(): boolean {
    return this.current.empty && this.#front === undefined
  }

  /** What is to be written next. */
  get next(): Outbox | undefined {
    if (this.#front?.empty === true) this.#front = undefined
    const outbox = this.#front ?? (this.#isSealed ? undefined : this.current)
    return outbox?.empty === false ? outbox : undefined
  }

  /** Bytes waiting, exactly. */
  measure(): number {
    return this.current.measure() + this.measureFront()
  }

  /** Those of them that are not held back. */
  measureFront(): number {
    return this.#front?.measure() ?? 0
  }

  /** Whether it is sure that no more than so many bytes wait: the most that may needs no counting. */
  isWithin(bytes: number): boolean {
    return this.#front === undefined && this.current.upperBound <= bytes
  }

  /** Hold back what is put in from now on, until `release`. */
  seal(): void {
    this.#isSealed = true
    if (!this.current.empty) this.#front = this.current
    this.current = new Outbox()
  }

  /** Call `put` while `current` is what is in front of that. */
  inFront<Result>(put: () => Result): Result {
    const held = this.current
    this.current = this.#front ?? new Outbox()
    try {
      return put()
    } finally {
      this.#front = this.current
      this.current = held
    }
  }

  release(): void {
    this.#isSealed = false
  }

  /** The transport is done with what was taken from them. */
  reclaim(): void {
    this.current.reclaim()
    this.#front?.reclaim()
  }

  /** Drop everything. */
  clear(): void {
    this.current.clear()
    this.#front = undefined
  }
}
