import process from 'node:process'
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

/** What one connection may do in one turn. */
const most = { messages: mostMessages, bytes: mostBytes, sends: mostSends }
/** An eighth of each: until then nothing is renewed, so that a quiet connection costs no turn. */
const soon = { messages: mostMessages / 8, bytes: mostBytes / 8, sends: mostSends / 8 }

/** A message that sends less than so often is no fan-out. */
const smallestFanOut = 8

/** Shares that go on in this turn. */
let settling = 0

/** Whether more is about to be delivered in this turn, which what waits to be written can wait for. */
export function isSettling(): boolean {
  return settling > 0
}

/** Connections of the process: a message that was never seen to be sent on may be sent to all. */
let open = 0

/**
 * What one message of a server's, or of a client's, has been seen to cause. A program may send when
 * the code that took the message is long over (in a batch, behind an `await`), so messages run ahead
 * of what they cause, and only by so many that this would not be too much.
 */
export class Effects {
  /** The most sends that one message has caused. Never forgotten: the next may cause as many. */
  #widest = 1
  /** How many may be ahead, because half as many were seen to be harmless. */
  #tried = 0

  /** That many messages have caused that many sends, and all of them have had their go. */
  learn(messages: number, sends: number): void {
    if (messages === 0) return
    this.widen(sends / messages)
    const { tried } = this
    if (tried < mostMessages && messages >= tried) this.#tried = tried * 2
  }

  /** One message was sent to so many. */
  widen(sends: number): void {
    if (sends > this.#widest) this.#widest = sends
  }

  /** How many messages may be ahead of what they cause, when so many sends are left. */
  ahead(sends: number): number {
    return Math.max(1, Math.min(this.tried, Math.floor(sends / this.#widest)))
  }

  private get tried(): number {
    return Math.max(1, this.#tried, Math.floor(mostSends / Math.max(smallestFanOut, open)))
  }
}

/** What one connection may still do in this turn. Made at its first message. */
export class Share {
  readonly #effects: Effects
  readonly #renewed: () => void
  #messages = 0
  #bytes = 0
  #sends = 0
  /** The messages and sends of this turn of which all that they cause has been seen. */
  #seenMessages = 0
  #seenSends = 0
  /** No message beyond this one may be delivered until what they cause has been seen. */
  #stop = 0
  /** Below these there is nothing to do, and that is found out behind each message. */
  #calmMessages = 0
  #calmBytes = 0
  #calmSends = 0
  #isDue = false
  #isSettling = false

  /** @param renewed called when more may be delivered, after there was no more to be */
  constructor(effects: Effects, renewed: () => void) {
    this.#effects = effects
    this.#renewed = renewed
    this.#stopAt(effects.ahead(mostSends))
  }

  /** Messages of `size` bytes are about to be delivered: what is sent from now on is their doing. */
  take(size: number, count = 1): void {
    enter(this)
    this.#messages += count
    this.#bytes += size
  }

  /** Bytes arrived: there may be more connections to send to than when it last looked. */
  look(): void {
    const ahead = this.#effects.ahead(mostSends - this.#seenSends)
    if (this.#seenMessages + ahead < this.#stop) this.#stopAt(this.#seenMessages + ahead)
  }

  /** How many messages may follow at once, as far as their number goes. */
  get messagesLeft(): number {
    return Math.min(mostMessages, this.#stop) - this.#messages
  }

  /** Whether no further message may be delivered for now; asked behind each of them. */
  isSpent(): boolean {
    if (
      this.#messages < this.#calmMessages &&
      this.#bytes <= this.#calmBytes &&
      this.#sends < this.#calmSends
    ) {
      return false
    }
    return this.#isSpentNow()
  }

  /** Whether it goes on in this turn, when what was delivered has had its go. */
  get isSettling(): boolean {
    return this.#isSettling
  }

  /** A send is charged to it. */
  charge(): void {
    this.#sends += 1
  }

  /** One message of its peer's, as it seems, was sent to so many. */
  widen(sends: number): void {
    this.#effects.widen(sends)
  }

  /** What the messages delivered so far have caused was seen. */
  settle(): void {
    this.#isSettling = false
    settling -= 1
    this.#see()
    if (!this.#exceeds(most) || !this.#isDue) this.#renewed()
  }

  /** The turn is over. */
  renew(): void {
    this.#see()
    this.#messages = this.#bytes = this.#sends = this.#seenMessages = this.#seenSends = 0
    this.#isDue = false
    this.#stopAt(this.#effects.ahead(mostSends))
    this.#renewed()
  }

  /** Its connection is gone: keep nothing of it alive. */
  retire(): void {
    if (current === this) current = idle
  }

  #isSpentNow(): boolean {
    if (!this.#isDue && this.#exceeds(soon)) {
      this.#isDue = true
      this.#stopAt(this.#stop)
      setImmediate(renew, this)
    }
    if (this.#exceeds(most)) return true
    if (this.#messages < this.#stop) return false
    if (!this.#isSettling) {
      this.#isSettling = true
      settling += 1
      // What a microtask schedules comes when all of them are done, whatever they lead to.
      queueMicrotask(() => process.nextTick(settle, this))
    }
    return true
  }

  #exceeds({ messages, bytes, sends }: typeof most): boolean {
    return this.#messages >= messages || this.#bytes > bytes || this.#sends >= sends
  }

  #stopAt(messages: number): void {
    const calm = this.#isDue ? most : soon
    this.#stop = messages
    this.#calmMessages = Math.min(messages, calm.messages)
    this.#calmBytes = calm.bytes
    this.#calmSends = calm.sends
  }

  #see(): void {
    this.#effects.learn(this.#messages - this.#seenMessages, this.#sends - this.#seenSends)
    this.#seenMessages = this.#messages
    this.#seenSends = this.#sends
    this.#stopAt(this.#messages + this.#effects.ahead(mostSends - this.#sends))
  }
}

const idle = new Share(new Effects(), () => undefined)
let current = idle

/** A message was accepted for sending. The connection that was delivered to last has caused it. */
export function chargeSend(): void {
  current.charge()
}

/** A message was sent to so many at once. */
export function noteFanOut(sends: number): void {
  current.widen(sends)
}

/** A connection was made. */
export function countOpened(): void {
  open += 1
}

/** It is gone. */
export function countClosed(): void {
  open -= 1
}

/**
 * Count from none again, as a process that has just begun: what a simulation runs must not depend on what
 * else this process has open, nor on what its killed processes left.
 *
 * @returns goes on with what was counted before
 */
export function countAfresh(): () => void {
  const before = open
  open = 0
  return () => {
    open = before
  }
}

function enter(share: Share): void {
  current = share
}

// Each in a callback of its own: what one causes in microtasks is over before the next begins.
function renew(share: Share): void {
  share.renew()
}

function settle(share: Share): void {
  share.settle()
}
