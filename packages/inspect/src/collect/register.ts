/** Numbers for the threads and connections of an inspection, and how many connections are open. */
export class Register {
  readonly #mostOpen: number
  readonly #full: (mostOpen: number) => void
  #threads = 0
  #connections = 0
  #open = 0
  #refused = 0

  /**
   * @param mostOpen of all threads together; further ones are counted, and nothing of them is kept
   * @param full called for the first one of these
   */
  constructor(mostOpen: number, full: (mostOpen: number) => void) {
    this.#mostOpen = mostOpen
    this.#full = full
  }

  /** Threads that have said who they are. */
  get threads(): number {
    return this.#threads
  }

  /** Connections that were seen. */
  get connections(): number {
    return this.#connections
  }

  /** Connections that were one too many. */
  get refused(): number {
    return this.#refused
  }

  nextThread(): number {
    return ++this.#threads
  }

  /** @returns the number of a connection; undefined where it is one too many */
  open(): number | undefined {
    if (this.#open >= this.#mostOpen) {
      if (this.#refused++ === 0) this.#full(this.#mostOpen)
      return undefined
    }
    this.#open++
    return ++this.#connections
  }

  closed(count: number): void {
    this.#open -= count
  }
}
