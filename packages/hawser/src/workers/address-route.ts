import process from 'node:process'
import { type AddressChange, AddressChanges } from '../policy/address/address-changes.js'

/** Addresses in one message. */
const mostChanges = 2_048

/**
 * Changes of addresses on their way to another process. One message at a time is handed to Node.js;
 * what changes meanwhile is added up, so what waits for a process that does not read is an entry for
 * each address.
 */
export class AddressRoute {
  readonly #send: (changes: readonly AddressChange[], done: () => void) => void
  readonly #changes = new AddressChanges()
  #isUnderWay = false
  #isPlanned = false

  /** @param send sends them; `done` is called once they have left, or cannot any more */
  constructor(send: (changes: readonly AddressChange[], done: () => void) => void) {
    this.#send = send
  }

  /** Something has changed. It leaves when the code that runs now is done, if none is under way. */
  add(change: AddressChange): void {
    this.#changes.add(change)
    if (this.#isUnderWay || this.#isPlanned) return
    this.#isPlanned = true
    process.nextTick(() => {
      this.#isPlanned = false
      this.#next()
    })
  }

  #next(): void {
    if (this.#isUnderWay || this.#changes.size === 0) return
    this.#isUnderWay = true
    this.#send(this.#changes.take(mostChanges), () => {
      this.#isUnderWay = false
      this.#next()
    })
  }
}
