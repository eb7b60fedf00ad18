import { connect, type Socket } from 'node:net'
import { Answers, startOf } from './answers.js'
import type { Traffic } from './traffic.js'

/** What the connections of an open loop have in common. */
export interface Pacing {
  readonly port: number
  readonly traffic: Traffic
  /** One buffer all of them read into: a reply is compared before the next is read. */
  readonly buffer: Buffer
  /** A frame that was due at this time was answered. */
  answered(due: number): void
  /** Something came back that should not have, or a connection broke. */
  failed(error: Error): void
}

/** One connection of an open loop: sends a frame when it is asked to, however many are unanswered. */
export class PacedConnection {
  readonly #pacing: Pacing
  readonly #socket: Socket
  readonly #answers: Answers
  /** When the unanswered frames were due, from `#oldest` on. */
  readonly #due: number[] = []
  #oldest = 0
  #frame: number

  constructor(pacing: Pacing, index: number, opened: () => void) {
    const { port, traffic, buffer } = pacing
    this.#pacing = pacing
    this.#frame = (index * 37) % traffic.frames
    this.#answers = new Answers(traffic, this.#frame)
    const callback = (count: number): boolean => {
      this.#receive(count)
      return true
    }
    const options = { port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } }
    this.#socket = connect(options, opened)
    this.#socket.on('error', (error) => pacing.failed(error))
    this.#socket.on('close', () => pacing.failed(new Error('the server closed a connection')))
  }

  /** Send one frame, which was due at this time. */
  send(due: number): void {
    const { traffic } = this.#pacing
    this.#due.push(due)
    const end = traffic.ends[this.#frame]
    this.#socket.write(traffic.sent.subarray(startOf(traffic, this.#frame), end))
    this.#frame = (this.#frame + 1) % traffic.frames
  }

  /** Reset the connection. */
  close(): void {
    this.#socket.removeAllListeners()
    this.#socket.on('error', () => {})
    this.#socket.resetAndDestroy()
  }

  #receive(count: number): void {
    const ended = this.#answers.take(this.#pacing.buffer, count)
    if (ended < 0) {
      this.#pacing.failed(new Error('a wrong answer'))
      return
    }
    for (let i = 0; i < ended; i++) this.#pacing.answered(this.#due[this.#oldest++] as number)
    if (this.#oldest === this.#due.length) this.#oldest = this.#due.length = 0
  }
}
