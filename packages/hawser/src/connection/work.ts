import { setImmediate } from 'node:timers'

/**
 * No single peer holds the event loop: between two callbacks of a `setImmediate` loop one
 * connection delivers so many messages, stops behind the one that passes so many bytes, and causes
 * so many sends plus the fan-out of one message. What is left stays in its inbox for the next turn.
 */
export const mostMessages = 1024
/** Bytes of messages delivered in one turn. */
export const mostBytes: number = 256 * 1024
/** Sends that deliveries of one turn cause, on whichever connections. */
export const mostSends = 4096

/** An eighth of each: until then nothing is renewed, so that a quiet connection costs no turn. */
const soon = 1 / 8

/** What one connection may still do in this turn. Made at its first message. */
export class Share {
  readonly #renewed: () => void
  #messages = 0
  #bytes = 0
  #sends = 0
  #isDue = false

  /** @param renewed called in the next turn when the share was used up, or nearly */
  constructor(renewed: () => void) {
    this.#renewed = renewed
  }

  /** Messages of `size` bytes are about to be delivered: what is sent from now on is their doing. */
  take(size: number, count = 1): void {
    enter(this)
    this.#messages += count
    this.#bytes += size
  }

  /** How many messages may follow in this turn, as far as their number goes. */
  get messagesLeft(): number {
    return mostMessages - this.#messages
  }

  /** Whether no further message may be delivered in this turn; asked behind each of them. */
  isSpent(): boolean {
    const isSoon =
      this.#messages >= mostMessages * soon ||
      this.#bytes > mostBytes * soon ||
      this.#sends >= mostSends * soon
    if (!isSoon) return false
    if (!this.#isDue) {
      this.#isDue = true
      renewLater(this)
    }
    return this.#messages >= mostMessages || this.#bytes > mostBytes || this.#sends >= mostSends
  }

  /** A send is charged to it. */
  charge(): void {
    this.#sends += 1
  }

  /** The turn is over. */
  renew(): void {
    this.#messages = this.#bytes = this.#sends = 0
    this.#isDue = false
    this.#renewed()
  }

  /** Its connection is gone: keep nothing of it alive. */
  retire(): void {
    if (current === this) current = idle
  }
}

const idle = new Share(() => undefined)
let current = idle

/** A message was accepted for sending. The connection that was delivered to last has caused it. */
export function chargeSend(): void {
  current.charge()
}

function enter(share: Share): void {
  current = share
}

// One immediate for all shares of a turn.
let due: Share[] = []

function renewLater(share: Share): void {
  if (due.push(share) === 1) setImmediate(renewAll)
}

function renewAll(): void {
  const shares = due
  due = []
  for (const share of shares) share.renew()
}
