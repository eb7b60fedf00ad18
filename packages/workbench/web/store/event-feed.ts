import type { Push } from '../../src/protocol/replies.js'
import type { Backend } from '../backend/backend.js'
import { decodeEvent } from '../backend/decode-event.js'
import type { Row } from '../backend/decode-rows.js'

type ViewPush = Extract<Push, { readonly push: 'view' }>

/** An event of a log, and the row that it is. */
export interface FedEvent {
  readonly row: Row
  readonly event: Readonly<Record<string, unknown>>
}

interface FeedOptions {
  /** The number of a view that no sheet has. */
  readonly view: number
  /** Names of events. */
  readonly names: readonly string[]
  /** How many are read: of more, the last ones. */
  readonly most: number
  /** Called when it begins anew: what came before is of no log any more. */
  readonly onBegin: () => void
  readonly onEvents: (events: readonly FedEvent[]) => void
}

const together = 128

/** Events of some names in a log, as far as they are there and as they come. */
export class EventFeed {
  readonly #backend: Backend
  readonly #options: FeedOptions
  #read = 0
  #reading = Promise.resolve()
  /** Counts the logs that were opened: what is read of an earlier one is left out. */
  #turn = 0

  constructor(backend: Backend, options: FeedOptions) {
    this.#backend = backend
    this.#options = options
  }

  /** @param log as in a view: 0 for that of the workbench */
  open(log: number): void {
    this.#begin()
    const { view, names } = this.#options
    const asked = {
      ...{ view, filter: { events: [...names] } },
      ...(log === 0 ? {} : { log }),
    }
    // A log that cannot be read says so in the sheet.
    this.#backend.ask('open-view', asked).catch(() => undefined)
  }

  close(): void {
    this.#begin()
    this.#backend.ask('close-view', { view: this.#options.view }).catch(() => undefined)
  }

  /** @returns whether it was about them */
  take({ view, rows }: ViewPush): boolean {
    if (view !== this.#options.view) return false
    const turn = this.#turn
    this.#reading = this.#reading.then(() => this.#readNew(turn, rows)).catch(() => undefined)
    return true
  }

  #begin(): void {
    this.#turn += 1
    this.#read = 0
    this.#options.onBegin()
  }

  async #readNew(turn: number, rows: number): Promise<void> {
    const { view, most } = this.#options
    if (turn !== this.#turn) return
    let from = Math.max(this.#read, rows - most)
    this.#read = rows
    const found: FedEvent[] = []
    while (from < rows) {
      const count = Math.min(together, rows - from)
      const read = await this.#backend.askRows('rows', { view, from, count })
      if (read.length === 0) break
      for (const row of read) {
        const event = decodeEvent(await this.#bytesOf(row))
        if (event !== undefined) found.push({ row, event })
      }
      from += read.length
    }
    if (found.length > 0 && turn === this.#turn) this.#options.onEvents(found)
  }

  async #bytesOf({ bytes, length, number }: Row): Promise<Uint8Array> {
    if (bytes.length >= length) return bytes
    const asked = { view: this.#options.view, row: number, from: 0, count: length }
    const [found] = await this.#backend.askRows('bytes', asked)
    return found?.bytes ?? new Uint8Array()
  }
}
