import type { Push } from '../../src/protocol/replies.js'
import type { Backend } from '../backend/backend.js'
import { decodeEvent } from '../backend/decode-event.js'
import type { Row } from '../backend/decode-rows.js'
import { OpenView } from './open-view.js'

type ViewPush = Extract<Push, { readonly push: 'view' }>

/** An event of a log, and the row that it is. */
export interface FedEvent {
  readonly row: Row
  readonly event: Readonly<Record<string, unknown>>
}

interface FeedOptions {
  /** Names of events. */
  readonly names: readonly string[]
  /** How many are read: of more, the last ones. */
  readonly most: number
  /** Called when it begins anew: what came before is of no log any more. */
  readonly onBegin: () => void
  readonly onEvents: (events: readonly FedEvent[]) => void
}

/** A log that is being read. */
interface Reading {
  readonly view: OpenView
  /** Events that were read, or are being read. */
  read: number
  /** Rows that the log had when it was opened. */
  goal: number | undefined
  /** Fulfils when as many of them were looked through. */
  readonly isRead: Promise<void>
  readonly end: (next?: Promise<void>) => void
}

const together = 128

/** Events of some names in a log, as far as they are there and as they come. */
export class EventFeed {
  readonly #backend: Backend
  readonly #options: FeedOptions
  #reading: Reading | undefined
  #last = Promise.resolve()

  constructor(backend: Backend, options: FeedOptions) {
    this.#backend = backend
    this.#options = options
  }

  /** Fulfils when all is known that the log had when it was opened. */
  get isRead(): Promise<void> {
    return this.#reading?.isRead ?? Promise.resolve()
  }

  /** @param log as in a view: 0 for that of the workbench */
  open(log: number): void {
    const { names } = this.#options
    const view = new OpenView(this.#backend, { filter: { events: [...names] }, log })
    let end: Reading['end'] = () => undefined
    const isRead = new Promise<void>((resolve) => (end = resolve))
    // A log that cannot be read says so in the sheet.
    view.opened.catch(() => end())
    this.#begin({ view, read: 0, goal: undefined, isRead, end })
  }

  close(): void {
    this.#begin(undefined)
  }

  /** @returns whether it was about them */
  take({ view, rows, scanned, total, error }: ViewPush): boolean {
    const reading = this.#reading
    if (reading?.view.number !== view) return false
    reading.goal ??= total
    const isAll = scanned >= reading.goal || error !== undefined
    this.#last = this.#last
      .then(() => this.#readNew(reading, rows))
      .catch(() => undefined)
      .then(() => (isAll ? reading.end() : undefined))
    return true
  }

  #begin(next: Reading | undefined): void {
    const before = this.#reading
    this.#reading = next
    before?.view.close()
    before?.end(next?.isRead)
    this.#options.onBegin()
  }

  async #readNew(reading: Reading, rows: number): Promise<void> {
    const { most } = this.#options
    if (reading !== this.#reading) return
    let from = Math.max(reading.read, rows - most)
    reading.read = rows
    const found: FedEvent[] = []
    while (from < rows) {
      const read = await reading.view.rows({ from, count: Math.min(together, rows - from) })
      if (read.length === 0) break
      for (const row of read) {
        const event = decodeEvent(await bytesOf(row, reading.view))
        if (event !== undefined) found.push({ row, event })
      }
      from += read.length
    }
    if (found.length > 0 && reading === this.#reading) this.#options.onEvents(found)
  }
}

async function bytesOf({ bytes, length, number }: Row, view: OpenView): Promise<Uint8Array> {
  if (bytes.length >= length) return bytes
  const found = await view.bytes({ row: number, from: 0, count: length })
  return found?.bytes ?? new Uint8Array()
}
