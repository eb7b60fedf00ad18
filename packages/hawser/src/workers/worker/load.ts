import process from 'node:process'
import { setImmediate } from 'node:timers'
import { observe } from '../../observe/observe.js'
import type { LoadMessage } from '../protocol.js'

/**
 * Tells the primary how many connections this worker has. The primary adds what it hands over itself, so
 * only what has closed must be told: from one in twenty on.
 */
export class Load {
  readonly #count: () => number
  readonly #say: (message: LoadMessage) => Promise<void>
  /** Connections that this process was handed. */
  #seen = 0
  #said = { open: 0, seen: 0 }
  #isPlanned = false

  /** @param count how many connections there are */
  constructor(count: () => number, say: (message: LoadMessage) => Promise<void>) {
    this.#count = count
    this.#say = say
    const plan = (): void => this.#plan()
    observe('hawser:connection:close', plan)
    observe('hawser:server:refuse', plan)
    // Undocumented; without it the primary counts nothing either.
    process.on('internalMessage' as 'message', (message: unknown) => {
      const { cmd, act } = message as { readonly cmd?: unknown; readonly act?: unknown }
      if (cmd !== 'NODE_CLUSTER' || act !== 'newconn') return
      this.#seen += 1
      plan()
    })
  }

  #plan(): void {
    if (this.#isPlanned) return
    this.#isPlanned = true
    setImmediate(() => void this.#look())
  }

  async #look(): Promise<void> {
    const open = this.#count()
    const seen = this.#seen
    const believed = this.#said.open + seen - this.#said.seen
    const isNews = believed - open >= Math.max(1, open / 20)
    if (isNews) {
      this.#said = { open, seen }
      await this.#say({ hawser: 'load', open, seen })
    }
    this.#isPlanned = false
    // Something may have closed while this was on its way.
    if (isNews && (this.#count() !== open || this.#seen !== seen)) this.#plan()
  }
}
