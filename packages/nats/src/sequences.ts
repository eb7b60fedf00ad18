import { randomBytes } from 'node:crypto'
import { RecentMap } from './recent-map.js'

/**
 * Topics whose messages a node numbers, and pairs of topic and sender whose last number it keeps. An
 * entry takes about 150 bytes, so each table at most 10 MB. With more in use, the counts of those used
 * longest ago, half the table, begin anew: a loss is not noticed there, and nothing is lost by it.
 */
export const MOST_SEQUENCES = 65_536

/** How many bytes of chance an epoch begins with: above it is room to count. */
const chanceBytes = 5

/** The place of a message among those that a node publishes about a topic. */
export interface Place {
  readonly epoch: number
  readonly number: number
}

/** Numbers what this node publishes, each topic by itself. */
export class SentSequences {
  readonly #topics: RecentMap<{ epoch: number; number: number }>
  #epoch = randomBytes(chanceBytes).readUIntBE(0, chanceBytes)

  constructor(limit: number = MOST_SEQUENCES) {
    this.#topics = new RecentMap(limit)
  }

  get size(): number {
    return this.#topics.size
  }

  next(topic: string): Place {
    const place = this.#topics.use(topic)
    if (place !== undefined) {
      place.number += 1
      return place
    }
    this.#epoch += 1
    const first = { epoch: this.#epoch, number: 1 }
    this.#topics.add(topic, first)
    return first
  }
}

/** Keeps the last number of each topic and sender. */
export class ReceivedSequences {
  readonly #last: RecentMap<{ epoch: number; number: number }>

  constructor(limit: number = MOST_SEQUENCES) {
    this.#last = new RecentMap(limit)
  }

  get size(): number {
    return this.#last.size
  }

  /**
   * A message came.
   *
   * @param subscription unlike that of every other time that a topic was subscribed to: what passes
   *   between two of them is not missed
   * @returns how many are missing before it, or `duplicate` if it was there already
   */
  take(subscription: number, from: string, { epoch, number }: Place): number | 'duplicate' {
    const key = `${subscription} ${from}`
    const last = this.#last.use(key)
    if (last === undefined) this.#last.add(key, { epoch, number })
    else if (last.epoch !== epoch) Object.assign(last, { epoch, number })
    else {
      const step = number - last.number
      if (step <= 0) return 'duplicate'
      last.number = number
      return step - 1
    }
    return 0
  }
}
