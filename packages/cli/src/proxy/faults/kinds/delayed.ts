import { type Ending, type Next, Stage } from '../stage.js'

interface Item {
  /** Bytes, or an end. */
  readonly what: Uint8Array | Ending
  readonly due: number
}

/** What an item costs besides its bytes. */
const itemSize = 256

/** A stage that holds things until their time has come, in their order. */
export class Delayed extends Stage {
  #items: Item[] = []
  #first = 0
  #held = 0

  override get held(): number {
    return this.#held
  }

  override get due(): number {
    return this.#items[this.#first]?.due ?? Infinity
  }

  override finish(how: Ending, now: number, next: Next): void {
    if (how === 'reset') this.#clear()
    if (how === 'reset' || this.#first === this.#items.length) next.finish(how)
    else this.hold(how, now)
  }

  override advance(now: number, next: Next): void {
    while (this.due <= now) this.release(next)
  }

  override leave(next: Next): void {
    while (this.#first < this.#items.length) this.release(next)
  }

  /** Keep something until `due`, and until all that is before it has left. */
  protected hold(what: Uint8Array | Ending, due: number): void {
    this.#items.push({ what, due })
    this.#held += sizeOf(what)
  }

  /** Hand on the oldest. */
  protected release(next: Next): void {
    const item = this.#items[this.#first]
    if (item === undefined) return
    this.#first += 1
    if (this.#first === this.#items.length) this.#clear()
    else this.#held -= sizeOf(item.what)
    // What has left would be kept otherwise until the queue is empty for once.
    if (this.#first > 1_024) {
      this.#items = this.#items.slice(this.#first)
      this.#first = 0
    }
    if (typeof item.what === 'string') next.finish(item.what)
    else next.bytes(item.what)
  }

  #clear(): void {
    this.#items = []
    this.#first = 0
    this.#held = 0
  }
}

function sizeOf(what: Uint8Array | Ending): number {
  return itemSize + (typeof what === 'string' ? 0 : what.length)
}
