import { addressKey } from './ip-address.js'

/** How many connections each peer has open. An entry for each that has one, and for no other. */
export class AddressCounts {
  readonly #counts = new Map<string, number>()

  /** How many peers there are. */
  get size(): number {
    return this.#counts.size
  }

  /** How many this peer has open. */
  of(address: string): number {
    return this.#counts.get(addressKey(address)) ?? 0
  }

  /** One more. */
  add(address: string): void {
    const key = addressKey(address)
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1)
  }

  /** One fewer. */
  remove(address: string): void {
    const key = addressKey(address)
    const count = this.#counts.get(key) ?? 0
    if (count > 1) this.#counts.set(key, count - 1)
    else this.#counts.delete(key)
  }
}
