import type { Clock } from '../../src/sequences/clock.js'
import type { RunTarget } from '../../src/sequences/run-target.js'

/** Time that passes when a test says so. */
export class HandClock implements Clock {
  #now = 0
  readonly #waiting = new Set<{ readonly at: number; readonly done: () => void }>()

  now(): number {
    return this.#now
  }

  pause(milliseconds: number, signal: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      const entry = { at: this.#now + milliseconds, done: resolve }
      this.#waiting.add(entry)
      const abort = (): void => {
        this.#waiting.delete(entry)
        reject(signal.reason as Error)
      }
      signal.addEventListener('abort', abort, { once: true })
      if (signal.aborted) abort()
    })
  }

  /** Milliseconds until somebody has waited long enough; undefined when nobody waits. */
  get next(): number | undefined {
    const [first] = [...this.#waiting].toSorted((one, other) => one.at - other.at)
    return first === undefined ? undefined : first.at - this.#now
  }

  /** So many milliseconds pass, and all that follows of them is done. */
  async pass(milliseconds: number): Promise<void> {
    const end = this.#now + milliseconds
    await settle()
    for (let { next } = this; next !== undefined && this.#now + next <= end; { next } = this) {
      this.#now += next
      for (const entry of this.#waiting) {
        if (entry.at > this.#now) continue
        this.#waiting.delete(entry)
        entry.done()
      }
      await settle()
    }
    this.#now = end
  }
}

/** Everything that is ready is done. */
export async function settle(): Promise<void> {
  for (let turn = 0; turn < 5; turn++) await new Promise(setImmediate)
}

/** The end of a connection, which counts what waits for it. */
export class WatchedEnd extends Promise<void> {
  static override get [Symbol.species](): PromiseConstructor {
    return Promise
  }

  watchers = 0
  readonly end: () => void

  constructor() {
    let resolve = (): void => undefined
    super((ended) => (resolve = ended))
    this.end = () => resolve()
  }

  // oxlint-disable-next-line unicorn/no-thenable -- it is a promise
  override then<One = void, Other = never>(
    ...acts: Parameters<typeof Promise.prototype.then<One, Other>>
  ): Promise<One | Other> {
    this.watchers++
    return super.then(...acts)
  }
}

/** Connections that a test opens, closes, and speaks for. */
export class ScriptedTarget implements RunTarget {
  readonly sent: string[] = []
  readonly isRaw: boolean
  /** Whether what is sent is not taken. */
  isFull = false
  readonly #waiting: (() => void)[] = []
  readonly #open = new Map<number, WatchedEnd>()
  readonly #listeners = new Set<(connection: number, message: Uint8Array) => void>()
  #changed: () => void = () => undefined

  constructor({ isRaw = false, count = 1 } = {}) {
    this.isRaw = isRaw
    for (let number = 1; number <= count; number++) this.open(number)
  }

  watch(listener: () => void): () => void {
    this.#changed = listener
    return () => undefined
  }

  get listeners(): number {
    return this.#listeners.size
  }

  open(number: number): void {
    this.#open.set(number, new WatchedEnd())
  }

  close(number: number): void {
    this.#open.get(number)?.end()
    this.#open.delete(number)
    this.#changed()
  }

  say(text: string, number = 1): void {
    for (const listener of this.#listeners) listener(number, Buffer.from(text, 'latin1'))
  }

  takeAll(): void {
    this.isFull = false
    for (const done of this.#waiting.splice(0)) done()
  }

  connections(): { number: number; closed: WatchedEnd }[] {
    return [...this.#open].map(([number, closed]) => ({ number, closed }))
  }

  isOpen(): boolean {
    return this.#open.size > 0
  }

  async send(bytes: Uint8Array): Promise<number> {
    this.sent.push(Buffer.from(bytes).toString('latin1'))
    if (this.isFull) await new Promise<void>((resolve) => this.#waiting.push(resolve))
    return this.#open.size
  }

  hear(listener: (connection: number, message: Uint8Array) => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }
}
