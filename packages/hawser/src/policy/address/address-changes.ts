import { mostPeers } from './connect-rate.js'

/** What has become of one address: how many more connections it has, and how many it has opened. */
export type AddressChange = readonly [key: string, open: number, opened: number]

/** What other processes have still to hear of addresses. Several changes of one address are one. */
export class AddressChanges {
  readonly #changes = new Map<string, { open: number; opened: number }>()

  /** How many addresses there is something to say of. */
  get size(): number {
    return this.#changes.size
  }

  /**
   * One more change. Of an address that only connected, and whose connections are gone, nothing is
   * kept where {@link mostPeers} wait already: no process remembers more.
   */
  add([key, open, opened]: AddressChange): void {
    const change = this.#changes.get(key)
    if (change === undefined) {
      if (open !== 0 || this.size < mostPeers) this.#changes.set(key, { open, opened })
      return
    }
    change.open += open
    change.opened += opened
    if (change.open === 0 && (change.opened === 0 || this.size > mostPeers)) {
      this.#changes.delete(key)
    }
  }

  /** The first of them, which are said now. */
  take(most: number): AddressChange[] {
    const taken: AddressChange[] = []
    for (const [key, { open, opened }] of this.#changes) {
      if (taken.length >= most) break
      taken.push([key, open, opened])
      this.#changes.delete(key)
    }
    return taken
  }
}
