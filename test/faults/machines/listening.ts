import type { Heard } from './machines-order.js'

/** What is known of one that speaks. */
interface Speaker {
  readonly first: number
  last: number
  count: number
  wrong: number
  repeated: number
  /** The last number of the connection before this one, and the last one up to it that came again. */
  before: number
  again: number
}

/** Notes what is heard of each that speaks: lines such as `node-1 17`. */
export class Listening {
  readonly #heard = new Map<string, Speaker>()

  /**
   * From now on another node is listened to, which may say what the one before it has said: it got that when the
   * network was whole again.
   */
  moved(): void {
    for (const speaker of this.#heard.values()) {
      speaker.before = speaker.last
      speaker.again = 0
    }
  }

  take(line: string): void {
    const [who = '', text = ''] = line.split(' ')
    const number = Number(text)
    const known = this.#heard.get(who)
    if (known === undefined) {
      const counts = { count: 1, wrong: 0, repeated: 0, before: 0, again: 0 }
      this.#heard.set(who, { first: number, last: number, ...counts })
    } else if (number > known.last) {
      known.last = number
      known.count += 1
    } else if (known.last === known.before && number > known.again) {
      known.again = number
      known.repeated += 1
    } else known.wrong += 1
  }

  get all(): Readonly<Record<string, Heard>> {
    return Object.fromEntries(this.#heard)
  }
}
