import { Buffer } from 'node:buffer'
import type { LogRow } from 'hawser/log'

/** Bytes that are kept at most; beyond it they are read again. */
const mostKept = 16 * 1024 * 1024

interface Begun {
  /** Where the next byte of the direction is. */
  position: number
  pieces: Buffer[]
}

/** The bytes of messages that have begun and not ended, of rows that are read one after the other. */
export class BegunMessages {
  readonly #begun = new Map<number, Begun>()
  #kept = 0

  /** The bytes in front of a row; undefined when they are not known. */
  before(row: LogRow, count: number): Buffer | undefined {
    return this.#lastBytes(row, row.position, count)
  }

  /** The last bytes up to the end of a row; undefined when they are not known. */
  upTo(row: LogRow, count: number): Buffer | undefined {
    return this.#lastBytes(row, (row.position + row.data.length) >>> 0, count)
  }

  #lastBytes(row: LogRow, position: number, count: number): Buffer | undefined {
    const begun = this.#begun.get(directionOf(row))
    if (begun === undefined || begun.position !== position) return undefined
    const bytes = Buffer.concat(begun.pieces)
    return bytes.length < count ? undefined : bytes.subarray(bytes.length - count)
  }

  /** @param end the byte behind the last message that ends in it; 0 when none does */
  passed(row: LogRow, end: number): void {
    if (row.kind !== 'in' && row.kind !== 'out') return
    const direction = directionOf(row)
    const known = this.#begun.get(direction)
    const goesOn = end === 0 && known?.position === row.position
    const begun = goesOn ? known : { position: 0, pieces: [] }
    if (!goesOn) for (const { length } of known?.pieces ?? []) this.#kept -= length
    // It shares memory with its block.
    const rest = Buffer.from(row.data.subarray(end))
    if (rest.length === 0 && begun.pieces.length === 0) {
      this.#begun.delete(direction)
      return
    }
    begun.pieces.push(rest)
    begun.position = (row.position + row.data.length) >>> 0
    this.#kept += rest.length
    this.#begun.set(direction, begun)
    if (this.#kept <= mostKept) return
    this.#begun.clear()
    this.#kept = 0
  }
}

function directionOf({ connection, kind }: LogRow): number {
  return connection * 2 + (kind === 'in' ? 0 : 1)
}
