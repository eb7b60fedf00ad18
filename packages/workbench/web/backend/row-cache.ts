import type { Row } from './decode-rows.js'

/** Rows that are asked for together. */
export const pageRows = 128
/** Pages that are kept: the memory of a sheet, however long its log is. */
const mostPages = 64

interface Page {
  rows: readonly Row[]
  /** Whether it is being asked for. */
  isLoading: boolean
  /** How long the view was when it was asked for last: what was not there then is not asked for again. */
  size: number
}

/** The rows of a view around those that are shown. What is missing is asked for, and tells when it has come. */
export class RowCache {
  readonly #load: (from: number, count: number) => Promise<readonly Row[]>
  readonly #loaded: () => void
  /** By their numbers; those used last are at the end. */
  readonly #pages = new Map<number, Page>()
  #size = 0

  constructor(load: (from: number, count: number) => Promise<readonly Row[]>, loaded: () => void) {
    this.#load = load
    this.#loaded = loaded
  }

  get pages(): number {
    return this.#pages.size
  }

  /** The view has so many rows now. */
  grow(size: number): void {
    this.#size = size
  }

  /** The row at a place; undefined while it is on its way. */
  at(place: number): Row | undefined {
    const number = Math.floor(place / pageRows)
    const page = this.#pages.get(number)
    const row = page?.rows[place - number * pageRows]
    if (page !== undefined) {
      this.#pages.delete(number)
      this.#pages.set(number, page)
    }
    const isAsked = page !== undefined && (page.isLoading || page.size === this.#size)
    if (row === undefined && place < this.#size && !isAsked) {
      void this.#fetch(number, page?.rows ?? [])
    }
    return row
  }

  /** Only what is behind the rows that are there: a page that grows is not read anew each time. */
  async #fetch(number: number, rows: readonly Row[]): Promise<void> {
    const page: Page = { rows, isLoading: true, size: this.#size }
    this.#pages.set(number, page)
    this.#forget()
    try {
      const begin = number * pageRows
      const more = await this.#load(begin + rows.length, pageRows - rows.length)
      page.rows = [...rows, ...more]
      // Of rows that are too much for one reply, the first ones came: the next ones are asked for.
      const there = Math.min(pageRows, page.size - begin)
      if (more.length > 0 && page.rows.length < there) page.size = begin
    } catch {
      // The connection is lost, or the view closed: it is asked for again when it is shown again.
      if (rows.length === 0) this.#pages.delete(number)
    }
    page.isLoading = false
    this.#loaded()
  }

  #forget(): void {
    for (const number of this.#pages.keys()) {
      if (this.#pages.size <= mostPages) return
      this.#pages.delete(number)
    }
  }
}
