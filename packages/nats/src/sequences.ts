import { randomBytes } from 'node:crypto'
import { RecentMap } from './recent-map.js'

/**
 * Topics whose messages a node numbers, and pairs of topic and sender whose last number it keeps. An
 * entry takes about 150 bytes, so each table at most 10 MB. With more in use, the counts of those used
 * longest ago, half the table, begin anew: a loss is not noticed there, and nothing is lost by it.
 */
export const MOST_SEQUENCES = 65_536

/**
 * Most messages that may be missing in one gap: at a million a second they are those of 12 days. What
 * leaves a larger one was numbered by no node, and would hide all that the node itself sends later.
 */
export const MOST_MISSING: number = 2 ** 40

/** How many bytes of chance an epoch begins with: above it is room to count. */
const chanceBytes = 5

/** The place of a message among those that a node publishes about a topic. */
export interface Place {
  readonly epoch: number
  readonly number: number
}

/** A place that goes on. */
interface Counter {
  epoch: number
  number: number
}

/** What a node publishes about one topic. */
export interface Sent extends Place {
  /** The topic's subject, once it is known. */
  subject: string | undefined
}

/** Numbers what this node publishes, each topic by itself. */
export class SentSequences {
  /** Below all epochs of this node, which follow it, and unlike that of any other. */
  readonly instance: number = randomBytes(chanceBytes).readUIntBE(0, chanceBytes)
  readonly #topics: RecentMap<Counter & Sent>
  #epoch = this.instance

  constructor(limit: number = MOST_SEQUENCES) {
    this.#topics = new RecentMap(limit)
  }

  get size(): number {
    return this.#topics.size
  }

  /** Whether an epoch is one of this node's. */
  hasEpoch(epoch: number): boolean {
    return epoch > this.instance && epoch <= this.#epoch
  }

  next(topic: string): Sent {
    const place = this.#topics.use(topic)
    if (place !== undefined) {
      place.number += 1
      return place
    }
    this.#epoch += 1
    const first = { epoch: this.#epoch, number: 1, subject: undefined }
    this.#topics.add(topic, first)
    return first
  }
}

/** Keeps the last number of each topic and sender. */
export class ReceivedSequences {
  readonly #last: RecentMap<Counter>

  constructor(limit: number = MOST_SEQUENCES) {
    this.#last = new RecentMap(limit)
  }

  get size(): number {
    return this.#last.size
  }

  /** The last place of a sender; one that is not known begins behind this message. */
  find(subscription: number, from: string, { epoch, number }: Place): Counter {
    const key = `${subscription} ${from}`
    const known = this.#last.use(key)
    if (known !== undefined) return known
    const first = { epoch, number: number - 1 }
    this.#last.add(key, first)
    return first
  }
}

/** What came about one topic since it was subscribed to: what passed before is not missed. */
export class Hearing {
  readonly #received: ReceivedSequences
  readonly #subscription: number
  /** Who spoke last, and speaks again more often than not. */
  #from: string | undefined
  #last: Counter | undefined

  /** @param subscription unlike that of every other time that a topic was subscribed to */
  constructor(received: ReceivedSequences, subscription: number) {
    this.#received = received
    this.#subscription = subscription
  }

  /**
   * A message came.
   *
   * @returns how many are missing before it; `duplicate` if it was there already, and `stranger` if no
   *   node numbered it
   */
  take(from: string, place: Place): number | 'duplicate' | 'stranger' {
    if (from !== this.#from || this.#last === undefined) {
      this.#last = this.#received.find(this.#subscription, from, place)
      this.#from = from
    }
    const last = this.#last
    const step = last.epoch === place.epoch ? place.number - last.number : 1
    if (step <= 0) return 'duplicate'
    if (step - 1 > MOST_MISSING) return 'stranger'
    last.epoch = place.epoch
    last.number = place.number
    return step - 1
  }
}
