const chunkMessages = 65_536
/** Numbers that are kept of a message. */
const fields = 3
/** Takes 96 MiB, in any log. */
const mostMessages = 8_388_608

/** Where a message is in the log. */
export interface MessagePlace {
  /** The row that it ends in. */
  readonly row: number
  /** The byte of the row behind it. */
  readonly end: number
  /** Its bytes, which may begin in rows before; 0 for a row that is shown as it is. */
  readonly size: number
}

/** Where the messages of a log are, in the order of the rows that they end in. */
export class MessageIndex {
  readonly #chunks: Uint32Array[] = []
  #size = 0

  get size(): number {
    return this.#size
  }

  get isFull(): boolean {
    return this.#size >= mostMessages
  }

  add({ row, end, size }: MessagePlace): void {
    const at = (this.#size % chunkMessages) * fields
    if (at === 0) this.#chunks.push(new Uint32Array(chunkMessages * fields))
    this.#chunks.at(-1)?.set([row, end, size], at)
    this.#size++
  }

  at(message: number): MessagePlace | undefined {
    const chunk = this.#chunks[Math.floor(message / chunkMessages)]
    if (chunk === undefined || message < 0 || message >= this.#size) return undefined
    const at = (message % chunkMessages) * fields
    return { row: chunk[at] ?? 0, end: chunk[at + 1] ?? 0, size: chunk[at + 2] ?? 0 }
  }

  /** The first message that ends in this row or behind it; their number where there is none. */
  firstFrom(row: number): number {
    let low = 0
    let high = this.#size
    while (low < high) {
      const middle = Math.floor((low + high) / 2)
      if ((this.at(middle)?.row ?? 0) < row) low = middle + 1
      else high = middle
    }
    return low
  }
}
