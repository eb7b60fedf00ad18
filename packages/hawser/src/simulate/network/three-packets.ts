import type { Clock, ClockTimer } from '../../policy/clock.js'
import type { Path } from './path.js'

/** What the far machine says to a connection that is to be made. */
export type Reply<Made> = { readonly made: Made } | { readonly refused: Error } | 'silence'

/** What a handshake needs. */
export interface HandshakePlan<Made> {
  readonly clock: Clock
  readonly out: Path
  readonly back: Path
  /** The far machine has the first packet. */
  readonly ask: () => Reply<Made>
  /** The near end knows that the connection is made, and has said so. */
  readonly settle: (made: Made) => void
  readonly fail: (error: Error) => void
  /**
   * The far machine knows it too: its program may accept it.
   *
   * @returns false when its queue is full: it is as if the packet were lost
   */
  readonly arrive: (made: Made) => boolean
  /** The error when no reply ever comes. */
  readonly timedOut: () => Error
}

/** When Linux sends SYN again: after a second, and after twice as long each further time. */
const firstRetry = 1_000
/** Retries before it gives up, after 127 s (tcp(7), tcp_syn_retries). */
const retries = 6

/**
 * The three packets that make a connection (RFC 9293 section 3.5), each of which may be lost and is then
 * sent again.
 */
export class Handshake<Made> {
  readonly #plan: HandshakePlan<Made>
  readonly #timers = new Set<ClockTimer>()
  #tries = 0
  #isOver = false

  constructor(plan: HandshakePlan<Made>) {
    this.#plan = plan
    this.#try()
  }

  /** The connection is not wanted any more. */
  stop(): void {
    this.#isOver = true
    for (const timer of this.#timers) timer.cancel()
    this.#timers.clear()
  }

  #try(): void {
    const { clock, out } = this.#plan
    this.#tries += 1
    this.#timers.add(out.send(() => this.#asked()))
    const wait = firstRetry * 2 ** (this.#tries - 1)
    this.#timers.add(clock.schedule(() => this.#noReply(), wait, true))
  }

  #noReply(): void {
    if (this.#isOver) return
    if (this.#tries <= retries) return this.#try()
    this.stop()
    this.#plan.fail(this.#plan.timedOut())
  }

  #asked(): void {
    if (this.#isOver) return
    const reply = this.#plan.ask()
    if (reply === 'silence') return
    this.#timers.add(this.#plan.back.send(() => this.#replied(reply)))
  }

  #replied(reply: Exclude<Reply<Made>, 'silence'>): void {
    if (this.#isOver) return
    this.stop()
    if ('refused' in reply) return this.#plan.fail(reply.refused)
    this.#plan.settle(reply.made)
    this.#acknowledge(reply.made, firstRetry)
  }

  /** The last packet. If it is lost, the other side asks for it again. */
  #acknowledge(made: Made, wait: number): void {
    const { clock, out, arrive } = this.#plan
    let isThere = false
    out.send(() => {
      isThere = arrive(made)
    })
    const again = (): void => {
      if (!isThere) this.#acknowledge(made, wait * 2)
    }
    if (wait <= firstRetry * 2 ** retries) clock.schedule(again, wait, true)
  }
}
