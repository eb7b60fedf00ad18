/** Signals closer together than this are one: a terminal and npm may each deliver the same Ctrl-C. */
const sameInterrupt = 250

/** A signal that asks the command to end. */
export type EndSignal = 'SIGINT' | 'SIGTERM'

const endSignals: readonly EndSignal[] = ['SIGINT', 'SIGTERM']

/** The exit code of a process that a signal ended, as shells count: 128 and the signal's number. */
export const signalExitCodes: Readonly<Record<EndSignal, number>> = {
  SIGINT: 130,
  SIGTERM: 143,
}

/** The same for a terminal that has gone: SIGHUP. */
export const hangUpExitCode = 129

/** Counts the requests to end, from signals and from Ctrl-C typed into a line editor. */
export class Interrupts {
  readonly #onInterrupt: (count: number, signal: EndSignal) => void
  readonly #now: () => number
  #count = 0
  #last = -Infinity

  /**
   * @param onInterrupt called with 1 for the first request, 2 for the second, …
   * @param now milliseconds from any origin
   */
  constructor(
    onInterrupt: (count: number, signal: EndSignal) => void,
    now: () => number = () => performance.now(),
  ) {
    this.#onInterrupt = onInterrupt
    this.#now = now
  }

  /** Take the process's signals from now on. */
  listen(): void {
    for (const signal of endSignals) process.on(signal, () => this.request(signal))
  }

  /** A request to end. One that follows the last counted one within 250 ms is the same. */
  request(signal: EndSignal): void {
    const now = this.#now()
    if (now - this.#last < sameInterrupt) return
    this.#last = now
    this.#count += 1
    this.#onInterrupt(this.#count, signal)
  }
}
