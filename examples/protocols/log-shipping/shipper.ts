// A shipper: sends the lines of a log to a collector, and loses none.
import { type Client, type ClientOptions, type CloseResult, createClient } from 'hawser'
import type { Destination } from 'hawser'
import { acknowledgements, type Entry, type Stored } from './entry.js'

/** Characters of one batch: one that is longer waits for the next. */
const mostCharacters = 64 * 1024
const patiently = { resend: true, timeout: Infinity }

/** One connection that comes back. What was not acknowledged is sent again on the next. */
export class Shipper {
  readonly client: Client<Stored, string>
  #lastId = 0
  /** The lines of this turn: they are one request. */
  #entries = ''
  #batch: Promise<Stored> | undefined
  #settle: (stored: Promise<Stored>) => void = () => {}

  constructor(endpoint: Destination, options: ClientOptions<Stored, string> = {}) {
    this.client = createClient<Stored, string>(endpoint, {
      // At most so many batches are stored twice when the connection is lost.
      maxPending: 16,
      ...options,
      framing: acknowledgements,
    })
  }

  /**
   * Send a line.
   *
   * @returns fulfils when the collector has stored it, however often the connection is lost meanwhile.
   *   Rejects with `HAWSER_QUEUE_FULL` when so much waits that memory would fill up (`maxQueued`,
   *   `maxQueuedBytes`): slow down, or drop it
   */
  ship(text: string): Promise<Stored> {
    this.#lastId += 1
    const entry = JSON.stringify({ id: this.#lastId, text } satisfies Entry)
    if (this.#entries.length + entry.length > mostCharacters) this.#send()
    this.#batch ??= this.#begin()
    this.#entries += this.#entries === '' ? entry : `,${entry}`
    return this.#batch
  }

  /** Wait for what is under way, and end. */
  close(): Promise<CloseResult> {
    this.#send()
    return this.client.close()
  }

  #begin(): Promise<Stored> {
    queueMicrotask(() => this.#send())
    const batch = new Promise<Stored>((resolve) => (this.#settle = resolve))
    // A line that is not awaited must not end the process.
    batch.catch(() => {})
    return batch
  }

  #send(): void {
    if (this.#batch === undefined) return
    this.#settle(this.client.request(`[${this.#entries}]`, patiently))
    this.#entries = ''
    this.#batch = undefined
  }
}
