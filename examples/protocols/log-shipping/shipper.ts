// A shipper: sends the lines of a log to a collector, and loses none.
import { type Client, type ClientOptions, type CloseResult, createClient } from 'hawser'
import type { Destination } from 'hawser'
import { acknowledgements, type Entry, type Stored } from './entry.js'

/** Characters of one batch: one that is longer waits for the next. */
const mostCharacters = 64 * 1024
/** Frozen options are checked once, and not for each batch. */
const patiently = Object.freeze({ resend: true, timeout: Infinity })

/** The lines of one turn: they are one request. */
interface Batch {
  entries: string
  readonly stored: Promise<Stored>
}

/** One connection that comes back. What was not acknowledged is sent again on the next. */
export class Shipper {
  readonly client: Client<Stored, string>
  #lastId = 0
  #batch: Batch | undefined

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
    const batch = this.#batch
    if (batch === undefined || batch.entries.length + entry.length > mostCharacters) {
      return this.#begin(entry)
    }
    batch.entries += `,${entry}`
    return batch.stored
  }

  /** Wait for what is under way, and end. */
  async close(): Promise<CloseResult> {
    // The lines of this turn leave first.
    await Promise.resolve()
    return this.client.close()
  }

  #begin(entry: string): Promise<Stored> {
    const batch: Batch = {
      entries: entry,
      stored: Promise.resolve().then(() => this.#send(batch)),
    }
    // A line that is not awaited must not end the process.
    batch.stored.catch(() => {})
    this.#batch = batch
    return batch.stored
  }

  #send(batch: Batch): Promise<Stored> {
    if (this.#batch === batch) this.#batch = undefined
    return this.client.request(`[${batch.entries}]`, patiently)
  }
}
