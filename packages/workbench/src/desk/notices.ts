import type { Push } from '../protocol/replies.js'
import type { Pushes } from './pushes.js'

type Notice = Extract<Push, { readonly push: 'notice' }>

/** Notices that a page gets in a second; of further ones it gets the number. */
const mostInSecond = 10
const second = 1_000

/** What a person should see. Something that fails a thousand times a second does not hide the rest. */
export class Notices {
  readonly #pushes: Pushes
  #begin = -Infinity
  #said = 0
  #more = 0

  constructor(pushes: Pushes) {
    this.#pushes = pushes
  }

  say(level: Notice['level'], text: string): void {
    const now = performance.now()
    if (now - this.#begin >= second) {
      this.#begin = now
      this.#said = 0
    }
    const notice: Notice = { push: 'notice', level, text }
    if (this.#said++ < mostInSecond) {
      // Each has a key of its own: none takes the place of another.
      this.#pushes.push(`notice:${this.#said}`, 0, () => notice)
      return
    }
    this.#more++
    this.#pushes.push('notice', second, () => this.#sayMore())
  }

  #sayMore(): Push {
    const text = `${this.#more} more notices, which came too fast to be shown`
    this.#more = 0
    return { push: 'notice', level: 'warning', text }
  }
}
