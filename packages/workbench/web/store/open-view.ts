import type { Filter, Pattern } from '../../src/protocol/filter.js'
import type { ReplyValue } from '../../src/protocol/replies.js'
import type { Asked, Backend } from '../backend/backend.js'
import type { Row } from '../backend/decode-rows.js'

/** What a view shows. */
interface ViewOptions {
  readonly filter: Filter
  /** 0 for the log of the workbench. */
  readonly log: number
  /** Messages instead of rows. */
  readonly messages?: boolean
  /** By which framing; empty for that which each connection had. */
  readonly framing?: string
}

/** Of all views of the page. */
let lastNumber = 0

/** A view of a log. What is asked of it before it is open waits until it is. */
export class OpenView {
  /** No other view has it, also when this one is closed: what comes late is not taken for that of another one. */
  readonly number = (lastNumber += 1)
  /** Rejects when it was refused. */
  readonly opened: Promise<unknown>
  readonly #backend: Backend
  #isOpen = false

  constructor(backend: Backend, { filter, log, messages, framing = '' }: ViewOptions) {
    this.#backend = backend
    this.opened = backend
      .ask('open-view', {
        ...{ view: this.number, filter },
        ...(messages === undefined ? {} : { messages }),
        ...(log === 0 ? {} : { log }),
        ...(framing === '' ? {} : { framing }),
      })
      .then(() => (this.#isOpen = true))
    this.opened.catch(() => undefined)
  }

  close(): void {
    this.#backend.ask('close-view', { view: this.number }).catch(() => undefined)
  }

  locate(row: number, isOfLog = false): Promise<ReplyValue<'locate'>> {
    return this.#ask(() => this.#backend.ask('locate', { view: this.number, row, isOfLog }))
  }

  find(pattern: Pattern, from: number, backwards: boolean): Promise<ReplyValue<'find'>> {
    const asked = { view: this.number, pattern, from, backwards }
    return this.#ask(() => this.#backend.ask('find', asked))
  }

  rows(range: Omit<Asked<'rows'>, 'view'>): Promise<Row[]> {
    return this.#ask(() => this.#backend.askRows('rows', { view: this.number, ...range }))
  }

  /** A part of a row. */
  async bytes(range: Omit<Asked<'bytes'>, 'view'>): Promise<Row | undefined> {
    const asked = { view: this.number, ...range }
    return (await this.#ask(() => this.#backend.askRows('bytes', asked)))[0]
  }

  /** At once where that is possible: what is asked before it is closed is still replied to. */
  #ask<Value>(ask: () => Promise<Value>): Promise<Value> {
    return this.#isOpen ? ask() : this.opened.then(ask)
  }
}
