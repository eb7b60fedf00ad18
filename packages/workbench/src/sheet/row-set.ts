/** Rows of a chunk: 8 KiB of bits. */
const chunkRows = 65_536
const chunkWords = chunkRows / 32

interface Chunk {
  readonly bits: Uint32Array
  count: number
}

/** Which rows of a log are in a view: one bit a row where there is one, so that a view of any log is small. */
export class RowSet {
  readonly #chunks: (Chunk | undefined)[] = []
  /** Rows before each chunk, as far as that is known to be right. */
  readonly #before: number[] = [0]
  #size = 0
  #last = -1

  get size(): number {
    return this.#size
  }

  /** Add a row behind all that are in it. */
  add(row: number): void {
    if (row <= this.#last) return
    this.#last = row
    const index = Math.floor(row / chunkRows)
    while (this.#before.length <= index) this.#before.push(this.#size)
    const chunk = (this.#chunks[index] ??= { bits: new Uint32Array(chunkWords), count: 0 })
    const bit = row % chunkRows
    chunk.bits[bit >>> 5]! |= 1 << (bit & 31)
    chunk.count++
    this.#size++
  }

  has(row: number): boolean {
    const bits = this.#chunks[Math.floor(row / chunkRows)]?.bits
    const bit = row % chunkRows
    return bits !== undefined && ((bits[bit >>> 5]! >>> (bit & 31)) & 1) === 1
  }

  /** The row at a place. */
  at(place: number): number | undefined {
    return this.take(place, 1)[0]
  }

  /** The rows from a place on, as many as there are. */
  take(place: number, count: number): number[] {
    const rows: number[] = []
    if (place < 0 || place >= this.#size) return rows
    let index = this.#chunkAt(place)
    let skip = place - (this.#before[index] ?? 0)
    for (; index < this.#chunks.length && rows.length < count; index++) {
      const bits = this.#chunks[index]?.bits ?? []
      for (let word = 0; word < bits.length && rows.length < count; word++) {
        let value = bits[word] ?? 0
        if (value === 0) continue
        const inWord = countBits(value)
        if (skip >= inWord) {
          skip -= inWord
          continue
        }
        for (; skip > 0; skip--) value &= value - 1
        for (; value !== 0 && rows.length < count; value &= value - 1) {
          rows.push(index * chunkRows + word * 32 + 31 - Math.clz32(value & -value))
        }
      }
    }
    return rows
  }

  /** How many rows are in it before `row`: its place, or that of the next one behind it. */
  placeOf(row: number): number {
    const index = Math.floor(row / chunkRows)
    if (index >= this.#before.length) return this.#size
    let place = this.#before[index] ?? 0
    const chunk = this.#chunks[index]
    if (chunk === undefined) return place
    const bit = row % chunkRows
    for (let word = 0; word < bit >>> 5; word++) place += countBits(chunk.bits[word]!)
    return place + countBits(chunk.bits[bit >>> 5]! & ((1 << (bit & 31)) - 1))
  }

  /** The chunk that has this place: the last one with at most as many rows before it. */
  #chunkAt(place: number): number {
    let low = 0
    let high = this.#before.length - 1
    while (low < high) {
      const middle = (low + high + 1) >> 1
      if ((this.#before[middle] ?? 0) <= place) low = middle
      else high = middle - 1
    }
    return low
  }
}

function countBits(word: number): number {
  let value = word - ((word >>> 1) & 0x5555_5555)
  value = (value & 0x3333_3333) + ((value >>> 2) & 0x3333_3333)
  return Math.imul((value + (value >>> 4)) & 0x0f0f_0f0f, 0x0101_0101) >>> 24
}
