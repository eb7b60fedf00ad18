import type net from 'node:net'
import { ignore } from '../../promises.js'
import type { ConnectAttempt } from '../../errors.js'
import type { Clock, ClockTimer } from '../../policy/clock.js'

/** Where one attempt goes: an IP address and its port, or the path of a Unix socket. */
export interface RaceTarget {
  readonly address: string
  readonly port?: number
}

/** How a race is run. */
export interface RaceOptions {
  /** Begins to connect. */
  readonly open: (target: RaceTarget) => net.Socket
  /** Milliseconds until the next target is tried beside those under way; `Infinity` waits for failure. */
  readonly attemptDelay: number
  readonly clock: Clock
}

/** An attempt that was begun. */
interface Runner {
  readonly target: RaceTarget
  readonly socket: net.Socket
  readonly failed: (error: Error) => void
  error: NodeJS.ErrnoException | undefined
}

/**
 * Tries the addresses of a host side by side, one more every `attemptDelay` and one more at once
 * whenever one has failed (RFC 8305 section 5). None is given up for being slow: the first that is
 * there wins, and only then are the others destroyed.
 */
export class Race {
  readonly #waiting: RaceTarget[]
  readonly #options: RaceOptions
  readonly #runners: Runner[] = []
  #timer: ClockTimer | undefined
  #winner: net.Socket | undefined
  #settle!: { resolve(socket: net.Socket): void; reject(error: Error): void }

  constructor(targets: readonly RaceTarget[], options: RaceOptions) {
    this.#waiting = [...targets]
    this.#options = options
  }

  /** What was tried, and what became of it; without an error it has not been answered. */
  get attempts(): ConnectAttempt[] {
    return this.#runners.map(({ target, socket, error }) => {
      if (error !== undefined) {
        return { ...target, code: error.code ?? 'UNKNOWN', message: error.message }
      }
      const didWin = socket === this.#winner
      const message = didWin ? 'it accepted, and said too little' : 'it did not reply'
      return { ...target, code: 'ETIMEDOUT', message: `${message} in time` }
    })
  }

  /**
   * @returns the socket that is there first; reading is stopped
   * @throws the error of the only attempt, or an AggregateError with each one's
   */
  run(): Promise<net.Socket> {
    return new Promise((resolve, reject) => {
      this.#settle = { resolve, reject }
      this.#begin()
    })
  }

  /** Destroy all that is under way, but for `winner`. */
  abandon(winner?: net.Socket): void {
    this.#timer?.cancel()
    this.#waiting.length = 0
    for (const { socket, failed } of this.#runners) {
      socket.off('error', failed)
      if (socket !== winner) socket.on('error', ignore).destroy()
    }
  }

  #begin(): void {
    this.#timer?.cancel()
    const target = this.#waiting.shift()
    if (target === undefined) return
    const { open, attemptDelay, clock } = this.#options
    const socket = open(target)
    const failed = (error: Error): void => this.#failed(runner, error)
    const runner: Runner = { target, socket, failed, error: undefined }
    this.#runners.push(runner)
    // Nothing may arrive before there is a sink to take it.
    socket.pause()
    socket.once('connect', () => this.#won(socket)).on('error', failed)
    if (this.#waiting.length === 0) return
    this.#timer = clock.schedule(() => this.#begin(), attemptDelay, true)
  }

  #won(socket: net.Socket): void {
    this.#winner = socket
    this.abandon(socket)
    this.#settle.resolve(socket)
  }

  #failed(runner: Runner, error: Error): void {
    runner.error ??= error
    if (this.#waiting.length > 0) return this.#begin()
    const errors = this.#runners.flatMap(({ error: each }) => each ?? [])
    if (errors.length < this.#runners.length) return
    const only = errors.length === 1 ? errors[0] : undefined
    this.#settle.reject(only ?? new AggregateError(errors, 'no address replied'))
  }
}
