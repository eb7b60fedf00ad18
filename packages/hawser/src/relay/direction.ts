import type { Engine } from '../connection/engine.js'
import type { Consumer } from '../connection/in/consumer.js'
import { holds, unbraked } from '../connection/in/holds.js'
import { none } from '../connection/in/inbox.js'
import { publishMessageIn } from '../connection/publications.js'
import { messageIn, messageOut } from '../observe/channels.js'

/** Bytes waiting at one end above which the other is not read any more. */
const highWaterMark = 128 * 1024
/** What is copied anyway before it waits; larger pieces are kept as they are. */
const keptWhole = 16 * 1024

type Bytes = Uint8Array
type End = Engine<Bytes, Bytes | string>

/**
 * One direction of a relay: what arrives at `from` is handed to `to`, as it was read where it was read
 * into a buffer of its own. It is a consumer of `from` as a loop is, only without a promise a message.
 */
export class Direction implements Consumer {
  readonly heeds: number = unbraked
  readonly isBusy = false
  readonly endsWithPeer = false
  /** Bytes passed on. */
  bytes = 0
  readonly #from: End
  readonly #to: End
  readonly #ended: () => void
  #isOver = false

  /** @param ended called once, when `from` has no more to say */
  constructor(from: End, to: End, ended: () => void) {
    this.#from = from
    this.#to = to
    this.#ended = ended
  }

  /** It is at work until the peer of `from` has ended. */
  get atRest(): boolean {
    return this.#isOver
  }

  get starving(): boolean {
    return (this.#from.receiver.holds & this.heeds) === 0
  }

  feed(bytes: Bytes, borrowed: boolean): boolean {
    const { receiver } = this.#from
    if (!this.starving || !receiver.empty) return false
    // Who watches may keep what is published, and the outbox keeps what is not small: neither may be
    // overwritten by the next read.
    const isWatched = messageIn.hasSubscribers || messageOut.hasSubscribers
    const isCopied = borrowed && (isWatched || bytes.length >= keptWhole)
    this.#pass(isCopied ? bytes.slice() : bytes)
    if (!borrowed && !isWatched && this.#to.sender.idle) this.#from.transport.recycle?.(bytes)
    return true
  }

  isSlowedBy(): boolean {
    return false
  }

  isSlowedByWait(): boolean {
    return false
  }

  pump(): void {
    const { receiver } = this.#from
    while (!this.#isBroken && this.starving && (!receiver.empty || receiver.ended)) {
      const bytes = receiver.inbox.take()
      if (bytes !== none) this.#pass(bytes)
      else if (!receiver.inbox.finish()) break
    }
    if (receiver.done || this.#isBroken) this.#finish()
  }

  closed(): void {
    this.#finish()
  }

  /** Whether `from` was broken off, by whichever side, before the relay began or since. */
  get #isBroken(): boolean {
    return this.#from.error !== undefined || this.#from.openEnding?.isBroken === true
  }

  #pass(bytes: Bytes): void {
    const [from, to] = [this.#from, this.#to]
    if (!from.receiver.count(bytes.length, 1)) return
    from.receiver.mayGoOn()
    if (messageIn.hasSubscribers) publishMessageIn(from, bytes)
    // This program ended that direction itself.
    if (to.refuses) return
    this.bytes += bytes.length
    // What was taken whole needs no place to wait, and its buffer is read into again.
    to.sender.pass(bytes)
    if (to.unsent <= highWaterMark) return
    from.receiver.hold(holds.relaying)
    // Only when all of it has left: stopping and starting costs more than what it saves.
    const goOn = (): void => from.receiver.release(holds.relaying)
    to.sender.flush().then(goOn, goOn)
  }

  #finish(): void {
    if (!this.#isOver) {
      this.#isOver = true
      this.#ended()
    }
    // Half of what was to be said must not look like all of it.
    if (this.#isBroken) this.#to.reset()
    else this.#to.endOurs('remote')
  }
}
