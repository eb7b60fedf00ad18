import type { RowSource } from './row-source.js'

/** Which rows of a log a view has: places are 0, 1, 2, … */
export interface Places {
  readonly size: number
  /** The row behind the last one that was looked at. */
  readonly next: number
  /** Why the rest is not looked at. */
  readonly error: string | undefined
  /** The row at a place. */
  at(place: number): number | undefined
  /** The rows from a place on, as many as there are. */
  take(place: number, count: number): number[]
  /** The place of a row, or that of the next one behind it. */
  placeOf(row: number): number
  /** Call `listener` when there are more, or more was looked at. @returns ends it */
  watch(listener: () => void): () => void
  close(): void
}

/** All rows of a log. */
export class AllPlaces implements Places {
  readonly error = undefined
  readonly #file: RowSource
  readonly #ends: (() => void)[] = []

  constructor(file: RowSource) {
    this.#file = file
  }

  get size(): number {
    return this.#file.nextRow - this.#file.firstRow
  }

  get next(): number {
    return this.#file.nextRow
  }

  at(place: number): number | undefined {
    return place >= 0 && place < this.size ? this.#file.firstRow + place : undefined
  }

  take(place: number, count: number): number[] {
    const length = Math.max(0, Math.min(count, this.size - place))
    return Array.from({ length }, (_, index) => this.#file.firstRow + place + index)
  }

  placeOf(row: number): number {
    return Math.min(Math.max(0, row - this.#file.firstRow), this.size)
  }

  watch(listener: () => void): () => void {
    const end = this.#file.watch(listener)
    this.#ends.push(end)
    return end
  }

  close(): void {
    for (const end of this.#ends) end()
  }
}
