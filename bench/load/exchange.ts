import { createHistogram } from 'node:perf_hooks'
import { Requester, type Shared } from './requester.js'
import { isChunks, makeTraffic, type Answer, type TrafficKind } from './traffic.js'

/** What to exchange with the server, over how many connections. */
export interface ExchangeOptions {
  port: number
  connections: number
  /** Frames each connection keeps unanswered. */
  window: number
  kind: TrafficKind
  answer: Answer
  /** Whether frames are cut, the default with more than one under way, or what is sent is whole ones. */
  cut?: boolean
  /** Speak TLS and believe any certificate. */
  tls?: boolean
}

/** How long to go on: a time in milliseconds, or a number of frames on each connection. */
export type Extent = { duration: number } | { frames: number }

/** What one run of an exchange showed. */
export interface ExchangeResult {
  messages: number
  /** Bytes one way. */
  bytes: number
  /** Milliseconds from the first frame to the last answer. */
  elapsed: number
  /** Latencies in microseconds. */
  p50: number
  p99: number
}

/** How many connections one source address gets before the next is used: ports are finite. */
const perAddress = 5000
/** How many connections are being opened at any moment. */
const opening = 250

/** Connections that send requests and check the answers. */
export class Exchange {
  readonly #options: ExchangeOptions
  readonly #shared: Shared
  readonly #requesters: Requester[] = []
  readonly #histogram = createHistogram({ lowest: 1, highest: 60_000_000_000, figures: 3 })
  #resting = 0
  #finish: (() => void) | undefined
  #fail: ((error: Error) => void) | undefined
  #failure: Error | undefined

  constructor(options: ExchangeOptions) {
    this.#options = options
    this.#shared = {
      port: options.port,
      traffic: makeTraffic(options.kind, options.answer),
      window: options.window,
      straddle: options.window > 1 && !isChunks(options.kind) && options.cut !== false,
      tls: options.tls === true,
      buffer: Buffer.allocUnsafe(64 * 1024),
      answered: (latency) => this.#histogram.record(Math.max(1, Math.round(latency * 1e6))),
      failed: (error) => {
        this.#failure ??= error
        this.#fail?.(error)
      },
      rested: () => {
        this.#resting += 1
        if (this.#resting === this.#requesters.length) this.#finish?.()
      },
    }
  }

  /** Open all connections. */
  async open(): Promise<void> {
    for (let from = 0; from < this.#options.connections; from += opening) {
      const count = Math.min(opening, this.#options.connections - from)
      await this.#wait((finish) => {
        let left = count
        for (let i = 0; i < count; i++) {
          const index = from + i
          this.#requesters.push(
            new Requester(this.#shared, index, sourceAddress(index), () => {
              left -= 1
              if (left === 0) finish()
            }),
          )
        }
      })
    }
  }

  /** Exchange frames until the extent is reached and every frame was answered. */
  async run(extent: Extent): Promise<ExchangeResult> {
    this.#histogram.reset()
    this.#resting = 0
    const before = this.#answered()
    const began = performance.now()
    await this.#wait((finish) => {
      this.#finish = finish
      const budget = 'frames' in extent ? extent.frames : Infinity
      for (const requester of this.#requesters) requester.start(budget)
      if ('duration' in extent) {
        setTimeout(() => {
          for (const requester of this.#requesters) requester.stop()
        }, extent.duration)
      }
    })
    const elapsed = performance.now() - began
    const messages = this.#answered() - before
    const { size, frames } = this.#shared.traffic
    return {
      messages,
      bytes: messages * (size / frames),
      elapsed,
      p50: this.#histogram.percentile(50) / 1000,
      p99: this.#histogram.percentile(99) / 1000,
    }
  }

  /** Reset every connection. */
  close(): void {
    for (const requester of this.#requesters) requester.close()
    this.#requesters.length = 0
  }

  #answered(): number {
    let count = 0
    for (const requester of this.#requesters) count += requester.answered
    return count
  }

  #wait(start: (finish: () => void) => void): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#fail = reject
      if (this.#failure === undefined) start(resolve)
      else reject(this.#failure)
    })
  }
}

/** Only Linux answers on all of 127.0.0.0/8. */
function sourceAddress(index: number): string | undefined {
  const block = Math.floor(index / perAddress)
  return block === 0 || process.platform !== 'linux' ? undefined : `127.0.0.${1 + block}`
}
