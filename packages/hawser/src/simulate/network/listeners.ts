import type { NetworkArrival } from '../../network.js'
import type { Belonging, Process } from './process.js'

/** What a program does with what arrives. */
export type Accept = (arrival: NetworkArrival) => void

/** A place that a process listens at, with the queue that the operating system keeps for it. */
export class Listener implements Belonging {
  readonly process: Process
  /** After how many ms of silence the machine asks for the peer of a connection. */
  readonly keepAlive: number
  readonly #accept: Accept
  readonly #backlog: number
  /** Those that wait to be accepted; each knows how to be let go of. */
  readonly #queue: Waiting[] = []
  #closed: (() => void) | undefined
  #isDue = false

  /** @param backlog how many may wait to be accepted */
  constructor(process: Process, accept: Accept, backlog: number, keepAlive: number) {
    this.process = process
    this.keepAlive = keepAlive
    this.#accept = accept
    this.#backlog = backlog
  }

  /** Whether the operating system drops the next connection, as it does when the queue is full. */
  get isFull(): boolean {
    return this.#queue.length > this.#backlog
  }

  get isOpen(): boolean {
    return this.#closed !== undefined
  }

  /** It listens from now on. */
  open(closed: () => void): void {
    this.process.hold(this)
    const stopWaiting = this.process.onRelease(() => this.#acceptLater())
    this.#closed = () => {
      stopWaiting()
      closed()
    }
  }

  /** A connection is made; the program accepts it when it comes to it. */
  arrive(waiting: Waiting): void {
    this.#queue.push(waiting)
    this.#acceptLater()
  }

  /** Those that were not accepted are reset, as Linux does. */
  close(): void {
    if (this.#closed === undefined) return
    this.#closed()
    this.#closed = undefined
    this.process.release(this)
    for (const { refuse } of this.#queue.splice(0)) refuse()
  }

  vanish(): void {
    for (const { vanish } of this.#queue.splice(0)) vanish()
    this.close()
  }

  disown(): void {
    // The machine forgets what it listened at.
  }

  freeze(): void {
    // What comes meanwhile waits in the queue.
  }

  thaw(): void {
    this.#acceptLater()
  }

  #acceptLater(): void {
    if (this.#isDue || this.#queue.length === 0) return
    this.#isDue = true
    this.process.run(() => {
      this.#isDue = false
      while (this.isOpen && this.process.hasDescriptor) {
        const next = this.#queue.shift()
        if (next === undefined) return
        this.#accept(next.accept())
      }
    })
  }
}

/** A connection that waits to be accepted. */
export interface Waiting {
  readonly accept: () => NetworkArrival
  readonly refuse: () => void
  readonly vanish: () => void
}
