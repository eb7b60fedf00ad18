const chunkMessages = 65_536
/** Numbers that are kept of a message. */
const fields = 3
/** Takes 96 MiB, in any log. */
const mostMessages = 8_388_608
/** Chunks of all views together: 256 MiB. */
const mostChunks = 341

/** What the indexes of all views may take together: there may be many views of messages. */
export class IndexBudget {
  readonly #most: number
  #chunks = 0

  constructor(most: number = mostChunks) {
    this.#most = most
  }

  /** @returns whether there is room for another chunk, which is taken */
  take(): boolean {
    if (this.#chunks >= this.#most) return false
    this.#chunks++
    return true
  }

  give(chunks: number): void {
    this.#chunks -= chunks
  }
}

/**
 * What is at a place: a message; a row that is shown as it is; bytes that do not follow the framing; or the rest of a
 * direction that ended in the middle of a message.
 */
export type PlaceKind = (typeof placeKinds)[number]

const placeKinds = ['message', 'row', 'broken', 'rest'] as const
/** The kind is in the two highest bits of the size. */
const sizeBits = 30
const largestSize = 2 ** sizeBits - 1

/** Where a message is in the log. */
export interface MessagePlace {
  readonly is: PlaceKind
  /** The row that it ends in; of a rest, the row at which it was known that no more comes. */
  readonly row: number
  /** The byte of the row behind it; of a rest, how many rows before `row` it ends. */
  readonly end: number
  /** Its bytes, which may begin in rows before; 0 for a row. */
  readonly size: number
}

/** Where the messages of a log are, in the order of the rows that they end in. */
export class MessageIndex {
  readonly #chunks: Uint32Array[] = []
  readonly #budget: IndexBudget
  #size = 0
  #isFull = false

  constructor(budget: IndexBudget = new IndexBudget()) {
    this.#budget = budget
  }

  get size(): number {
    return this.#size
  }

  /** What was added from then on is left out. */
  get isFull(): boolean {
    return this.#isFull
  }

  /** It is not needed any more. */
  close(): void {
    this.#isFull = true
    this.#size = 0
    this.#budget.give(this.#chunks.splice(0).length)
  }

  add({ is, row, end, size }: MessagePlace): void {
    const at = (this.#size % chunkMessages) * fields
    if (at === 0) this.#isFull ||= this.#size >= mostMessages || !this.#budget.take()
    if (this.#isFull) return
    if (at === 0) this.#chunks.push(new Uint32Array(chunkMessages * fields))
    const sized = Math.min(size, largestSize) + placeKinds.indexOf(is) * 2 ** sizeBits
    this.#chunks.at(-1)?.set([row, end, sized], at)
    this.#size++
  }

  at(message: number): MessagePlace | undefined {
    const chunk = this.#chunks[Math.floor(message / chunkMessages)]
    if (chunk === undefined || message < 0 || message >= this.#size) return undefined
    const at = (message % chunkMessages) * fields
    const [row = 0, end = 0, sized = 0] = chunk.subarray(at, at + fields)
    return { is: placeKinds[sized >>> sizeBits]!, row, end, size: sized & largestSize }
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
