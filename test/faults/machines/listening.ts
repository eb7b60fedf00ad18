import type { Heard } from './machines-order.js'

/** Notes what is heard of each that speaks: lines such as `node-1 17`. */
export class Listening {
  readonly #heard = new Map<string, { -readonly [Key in keyof Heard]: Heard[Key] }>()

  take(line: string): void {
    const [who = '', text = ''] = line.split(' ')
    const number = Number(text)
    const known = this.#heard.get(who)
    if (known === undefined) {
      this.#heard.set(who, { first: number, last: number, count: 1, wrong: 0 })
    } else if (number <= known.last) known.wrong += 1
    else {
      known.last = number
      known.count += 1
    }
  }

  get all(): Readonly<Record<string, Heard>> {
    return Object.fromEntries(this.#heard)
  }
}
