import { createHistogram } from 'node:perf_hooks'
import { PacedConnection, type Pacing } from './paced-connection.js'
import { makeTraffic, type Answer } from './traffic.js'

/** Connections that send lines at set times, whatever is still unanswered. */
export interface OpenLoopOptions {
  port: number
  connections: number
  answer: Answer
}

/** Latencies in microseconds, from the moment at which a line should have been sent. */
export interface OpenLoopResult {
  messages: number
  p50: number
  p99: number
  p999: number
}

/**
 * Lines at a fixed rate over all connections together. A line's time runs from when it was due: a
 * server that stops for a moment is not excused the lines that could not be sent meanwhile.
 */
export class OpenLoop {
  readonly #histogram = createHistogram({ lowest: 1, highest: 60_000_000_000, figures: 3 })
  readonly #connections: PacedConnection[] = []
  #unanswered = 0
  #finish: (() => void) | undefined
  #fail: ((error: Error) => void) | undefined

  /** Open all connections. */
  async open({ port, connections, answer }: OpenLoopOptions): Promise<void> {
    const pacing: Pacing = {
      port,
      traffic: makeTraffic('lines', answer),
      buffer: Buffer.allocUnsafe(64 * 1024),
      answered: (due) => {
        const latency = Math.round((performance.now() - due) * 1e6)
        this.#histogram.record(Math.max(1, latency))
        this.#unanswered -= 1
        if (this.#unanswered === 0) this.#finish?.()
      },
      failed: (error) => this.#fail?.(error),
    }
    for (let i = 0; i < connections; i++) {
      await new Promise<void>((resolve, reject) => {
        this.#fail = reject
        this.#connections.push(new PacedConnection(pacing, i, resolve))
      })
    }
  }

  /** Send so many lines a second for so many milliseconds, and wait for the last answer. */
  async run({ rate, duration }: { rate: number; duration: number }): Promise<OpenLoopResult> {
    this.#histogram.reset()
    const messages = Math.max(1, Math.floor((rate * duration) / 1000))
    this.#unanswered = messages
    await new Promise<void>((resolve, reject) => {
      this.#finish = resolve
      this.#fail = reject
      this.#send(messages, 1000 / rate)
    })
    const at = (percentile: number): number => this.#histogram.percentile(percentile) / 1000
    return { messages, p50: at(50), p99: at(99), p999: at(99.9) }
  }

  /** Reset every connection. */
  close(): void {
    for (const connection of this.#connections) connection.close()
    this.#connections.length = 0
  }

  /** Timers are too coarse: look at the clock in each turn of the event loop. */
  #send(messages: number, interval: number): void {
    const began = performance.now()
    let sent = 0
    const turn = (): void => {
      const now = performance.now()
      for (;;) {
        const due = began + sent * interval
        if (sent === messages || due > now) break
        this.#connections[sent % this.#connections.length]?.send(due)
        sent += 1
      }
      if (sent < messages) setImmediate(turn)
    }
    turn()
  }
}
