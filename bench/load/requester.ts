import { connect, type Socket } from 'node:net'
import { connect as connectTls } from 'node:tls'
import { Answers, startOf } from './answers.js'
import type { Traffic } from './traffic.js'

/** Everything the requesters of one load have in common. */
export interface Shared {
  readonly port: number
  readonly traffic: Traffic
  /** How many frames each keeps unanswered. */
  readonly window: number
  /** Cut what is sent in the middle of a frame, so that frames straddle chunks. */
  readonly straddle: boolean
  /** Speak TLS. */
  readonly tls: boolean
  /** One buffer all of them read into: a reply is compared before the next is read. */
  readonly buffer: Buffer
  /** One frame was answered after so many milliseconds. */
  answered(latency: number): void
  /** Something came back that should not have, or a connection broke. */
  failed(error: Error): void
  /** A requester has no frame left unanswered. */
  rested(): void
}

/**
 * One connection of the load: keeps a window of frames unanswered and compares every byte that
 * comes back with what it should be.
 */
export class Requester {
  readonly #shared: Shared
  readonly #socket: Socket
  readonly #sentAt: Float64Array
  /** Timing each frame would cost the load more than sending it: one in so many is timed. */
  readonly #sampling: number
  /** The next frame to send, and how many of its bytes went with the frames before it. */
  #sendFrame: number
  #sendAhead = 0
  #sent = 0
  #budget = 0
  readonly #answers: Answers
  #received = 0

  constructor(shared: Shared, index: number, localAddress: string | undefined, opened: () => void) {
    const { traffic, window } = shared
    this.#shared = shared
    this.#sampling = window > 8 ? 8 : 1
    this.#sentAt = new Float64Array(window + 2)
    // Not all of them send the same bytes at the same time.
    const first = (index * 37) % traffic.frames
    this.#sendFrame = first
    this.#answers = new Answers(traffic, first)
    const callback = (count: number): boolean => {
      this.#receive(count)
      return true
    }
    const options = {
      port: shared.port,
      host: '127.0.0.1',
      ...(localAddress === undefined ? {} : { localAddress }),
      noDelay: true,
      onread: { buffer: shared.buffer, callback },
    }
    // The peers of a bench make their own certificate each time.
    this.#socket = shared.tls
      ? connectTls({ ...options, rejectUnauthorized: false }, opened)
      : connect(options, opened)
    this.#socket.on('error', (error) => shared.failed(error))
    this.#socket.on('close', () => shared.failed(new Error('the server closed a connection')))
  }

  /** Frames answered so far. */
  get answered(): number {
    return this.#received
  }

  /** Send up to `budget` more frames, as the window allows. */
  start(budget: number): void {
    this.#budget = this.#sent + budget
    this.#send()
  }

  /** Begin no further frame; `rested` is called when the last one is answered. */
  stop(): void {
    // A frame sent in part is sent whole.
    this.#budget = this.#sendAhead > 0 ? this.#sent + 1 : this.#sent
    this.#send()
    this.#restIfDone()
  }

  /** Reset the connection: nothing lingers in the kernel, however many there were. */
  close(): void {
    this.#socket.removeAllListeners()
    this.#socket.on('error', () => {})
    // Node.js has no reset for TLS.
    if (this.#shared.tls) this.#socket.destroy()
    else this.#socket.resetAndDestroy()
  }

  #send(): void {
    const { traffic, window, straddle } = this.#shared
    const more = Math.min(this.#budget, this.#received + window) - this.#sent
    if (more <= 0) return
    const now = performance.now()
    for (let i = 0; i < more; i++) this.#sentAt[(this.#sent + i) % this.#sentAt.length] = now
    this.#sent += more
    const start = startOf(traffic, this.#sendFrame) + this.#sendAhead
    const last = this.#sendFrame + more - 1
    let end = traffic.ends[last % traffic.frames] as number
    if (last >= traffic.frames) end += traffic.size
    this.#sendFrame = (last + 1) % traffic.frames
    this.#sendAhead = 0
    if (straddle && this.#sent < this.#budget) {
      const next = startOf(traffic, this.#sendFrame)
      this.#sendAhead = ((traffic.ends[this.#sendFrame] as number) - next) >> 1
    }
    this.#socket.write(traffic.sent.subarray(start, end + this.#sendAhead))
  }

  #receive(count: number): void {
    const ended = this.#answers.take(this.#shared.buffer, count)
    if (ended < 0) {
      this.#shared.failed(new Error(`wrong answer near frame ${this.#received}`))
      return
    }
    const now = performance.now()
    for (let i = 0; i < ended; i++) {
      if (this.#received % this.#sampling === 0) {
        this.#shared.answered(now - (this.#sentAt[this.#received % this.#sentAt.length] as number))
      }
      this.#received += 1
    }
    this.#send()
    this.#restIfDone()
  }

  #restIfDone(): void {
    if (this.#received === this.#sent && this.#sent === this.#budget) this.#shared.rested()
  }
}
