/** Where a block is, for going on from it. */
export interface IndexEntry {
  /** The number of its file, as the segments are numbered. */
  readonly segment: number
  readonly at: number
  readonly firstRow: number
  /** Where the block before begins in the same file. */
  readonly previous: number
}

/** As many places are kept, however many blocks there are: about 5 MB. */
const mostEntries = 65_536

/** Places of some blocks, at even distances: the others are found by walking on from there. */
export class SparseIndex {
  readonly #entries: IndexEntry[] = []
  #stride = 1
  #count = 0

  /** The next block of the log. */
  add(entry: IndexEntry): void {
    if (this.#count++ % this.#stride !== 0) return
    this.#entries.push(entry)
    if (this.#entries.length <= mostEntries) return
    const half = this.#entries.filter((_, index) => index % 2 === 0)
    this.#entries.length = 0
    this.#entries.push(...half)
    this.#stride *= 2
  }

  /** Forget the blocks from this row on: they are not whole. */
  cut(row: number): void {
    while ((this.#entries.at(-1)?.firstRow ?? -1) >= row) this.#entries.pop()
    this.#count = this.#entries.length * this.#stride
  }

  /** The last known block that does not begin behind `row`, or else the first one. */
  find(row: number): IndexEntry | undefined {
    let low = 0
    let high = this.#entries.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#entries[middle]?.firstRow ?? 0) <= row) low = middle
      else high = middle - 1
    }
    return this.#entries[low]
  }
}
