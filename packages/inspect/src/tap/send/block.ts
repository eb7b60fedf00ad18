import { Buffer } from 'node:buffer'
import { blockMagic, headerSize, mostData, mostRows, rowSize } from '../../wire/layout.js'
import { viewBytes } from '../natives.js'

/** A block while it is filled, and until it was written. It is used again after that. */
export class Block {
  readonly data: Buffer = Buffer.allocUnsafeSlow(mostData)
  rows = 0
  used = 0
  readonly #header = Buffer.allocUnsafeSlow(headerSize)
  readonly #table = Buffer.allocUnsafeSlow(mostRows * rowSize)
  readonly #times = new Float64Array(this.#table.buffer)
  readonly #words = new Uint32Array(this.#table.buffer)
  #kinds = 0
  #lowest = 0xff_ff_ff_ff
  #highest = 0
  #length = 0

  empty(): void {
    this.rows = 0
    this.used = 0
    this.#kinds = 0
    this.#lowest = 0xff_ff_ff_ff
    this.#highest = 0
  }

  fits(bytes: number): boolean {
    return this.rows < mostRows && this.used + bytes <= mostData
  }

  /** Adds a row for the `length` bytes that were put behind those in use. */
  add(
    time: number,
    connection: number,
    kind: number,
    length: number,
    position: number,
    flags: number,
  ): void {
    const word = this.rows * 8
    const words = this.#words
    this.#times[this.rows * 4] = time
    words[word + 2] = connection
    words[word + 3] = this.used
    words[word + 4] = length
    words[word + 5] = position
    words[word + 6] = kind | (flags << 8)
    words[word + 7] = 0
    this.rows += 1
    this.used += length
    this.#kinds |= 1 << kind
    if (connection < this.#lowest) this.#lowest = connection
    if (connection > this.#highest) this.#highest = connection
  }

  /** Nothing is added any more. @returns bytes of the whole */
  seal(firstRow: number): number {
    const header = this.#header
    const size = headerSize + this.rows * rowSize + this.used
    this.#length = size + (-size & 7)
    header.fill(0)
    header.writeUInt32LE(blockMagic, 0)
    header.writeUInt32LE(this.#length, 4)
    header.writeUInt32LE(this.rows, 12)
    header.writeUInt32LE(firstRow % 0x1_00_00_00_00, 16)
    header.writeUInt32LE(Math.floor(firstRow / 0x1_00_00_00_00), 20)
    header.writeDoubleLE(this.#times[0] as number, 24)
    header.writeDoubleLE(this.#times[(this.rows - 1) * 4] as number, 32)
    header.writeUInt32LE(this.used, 40)
    header.writeUInt32LE(this.#kinds, 44)
    header.writeUInt32LE(this.#lowest, 48)
    header.writeUInt32LE(this.#highest, 52)
    return this.#length
  }

  /** What is left to be written once `written` bytes of it are. */
  rest(written: number): Uint8Array[] {
    const parts: Uint8Array[] = []
    let skip = written
    for (const [bytes, length] of this.#parts()) {
      if (skip < length) parts.push(viewBytes(bytes, skip, length))
      skip = Math.max(0, skip - length)
    }
    return parts
  }

  get size(): number {
    return this.#length
  }

  #parts(): [bytes: Uint8Array, length: number][] {
    const rows = this.rows * rowSize
    return [
      [this.#header, headerSize],
      [this.#table, rows],
      [this.data, this.used],
      [padding, this.#length - headerSize - rows - this.used],
    ]
  }
}

const padding = new Uint8Array(8)
