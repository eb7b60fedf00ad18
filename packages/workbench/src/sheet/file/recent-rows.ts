import type { LogRow } from 'hawser/log'

/** Rows that are kept, and bytes of them. */
const mostRows = 8_192
const mostBytes = 4 * 1024 * 1024

/** The last rows of a log: they are read once for all that look at it, and shown while they are new. */
export class RecentRows {
  #rows: LogRow[] = []
  #bytes = 0
  /** The row that the first one of them has, or had if it is of a kind that is not known. */
  #from: number
  #to: number

  /** @param nextRow behind the last row of the log */
  constructor(nextRow: number) {
    this.#from = nextRow
    this.#to = nextRow
  }

  /** Whether so many more are worth reading at once. */
  takes(count: number): boolean {
    return count <= mostRows
  }

  /** More rows, up to `to`. */
  add(rows: readonly LogRow[], to: number): void {
    this.#rows.push(...rows)
    this.#bytes += bytesOf(rows)
    this.#to = to
    const excess = this.#excess()
    if (excess === 0) return
    const gone = this.#rows.splice(0, excess)
    this.#bytes -= bytesOf(gone)
    this.#from = this.#rows[0]?.number ?? to
  }

  /** Those up to `to` were not read. */
  skip(to: number): void {
    this.#rows = []
    this.#bytes = 0
    this.#from = to
    this.#to = to
  }

  /** @returns undefined where some of them are not kept */
  between(from: number, to: number): LogRow[] | undefined {
    if (from < this.#from || to > this.#to || from >= to) return undefined
    return this.#rows.slice(this.#placeOf(from), this.#placeOf(to))
  }

  /** Rows of a kind that is not known are missing, so that the place of a number has to be looked for. */
  #placeOf(number: number): number {
    let low = 0
    let high = this.#rows.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if (this.#rows[middle]!.number < number) low = middle + 1
      else high = middle
    }
    return low
  }

  #excess(): number {
    let count = Math.max(0, this.#rows.length - mostRows)
    let bytes = this.#bytes - bytesOf(this.#rows.slice(0, count))
    while (bytes > mostBytes) bytes -= this.#rows[count++]?.data.length ?? bytes
    return count
  }
}

function bytesOf(rows: readonly LogRow[]): number {
  return rows.reduce((sum, { data }) => sum + data.length, 0)
}
