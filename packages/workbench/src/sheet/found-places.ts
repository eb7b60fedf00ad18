import type { Places } from './places.js'
import { RowSet } from './row-set.js'
import type { Scanned, ScanSink } from './scan/scan.js'

/** The rows that a filter lets through. */
export class FoundPlaces implements Places, ScanSink {
  readonly #rows = new RowSet()
  readonly #listeners = new Set<() => void>()
  readonly #end: () => void
  #next: number
  #error: string | undefined

  /** @param begin starts the scanner, which calls the sink; @returns ends it */
  constructor(firstRow: number, begin: (sink: ScanSink) => () => void) {
    this.#next = firstRow
    this.#end = begin(this)
  }

  get size(): number {
    return this.#rows.size
  }

  get next(): number {
    return this.#next
  }

  get error(): string | undefined {
    return this.#error
  }

  at(place: number): number | undefined {
    return this.#rows.at(place)
  }

  take(place: number, count: number): number[] {
    return this.#rows.take(place, count)
  }

  placeOf(row: number): number {
    return this.#rows.placeOf(row)
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  scanned({ found, next }: Scanned): void {
    for (const row of found) this.#rows.add(row)
    this.#next = next
    this.#tell()
  }

  failed(message: string): void {
    this.#error = message
    this.#tell()
  }

  close(): void {
    this.#end()
    this.#listeners.clear()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}
