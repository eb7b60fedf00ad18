import { Buffer } from 'node:buffer'
import { encodeBlockHeader, stampChecksum } from '../format/block-header.js'
import {
  alignment,
  blockHeaderSize,
  blockSize,
  largestBlock,
  largestWord,
  mostData,
  mostRows,
  rowSize,
} from '../format/layout.js'
import type { Track } from './track.js'

/** What an empty or full block takes of memory. */
export const blockMemory: number = blockHeaderSize + mostRows * rowSize + mostData + alignment

/** One block that is being filled. It is used again once it is on the disk. */
export class BlockBuilder {
  rows = 0
  /** Bytes of data. */
  used = 0
  /** The number of its first row. */
  firstRow = 0
  readonly #head = Buffer.allocUnsafeSlow(blockHeaderSize + mostRows * rowSize)
  readonly #view = new DataView(this.#head.buffer)
  readonly #data = Buffer.allocUnsafeSlow(mostData + alignment)
  /** The earliest time in it. */
  from = 0
  /** The highest connection in it. */
  highest = 0
  #to = 0
  #kinds = 0
  #lowest = 0
  /** Bytes that it may have, from its header to its data. */
  #most = 0

  /**
   * Make it the next block.
   *
   * @param most bytes that its file has room for
   */
  begin(firstRow: number, most: number): void {
    this.#most = Math.min(most, largestBlock)
    this.rows = 0
    this.used = 0
    this.firstRow = firstRow
    this.#kinds = 0
    this.from = Infinity
    this.#to = 0
    this.#lowest = largestWord
    this.highest = 0
  }

  /** Whether so many rows fit whose data has `bytes`; what is larger than a block begins in an empty one. */
  hasRoom(bytes: number, rows = 1): boolean {
    const data = this.used + bytes
    const count = this.rows + rows
    const size = blockHeaderSize + count * rowSize + data
    return (data <= mostData && count <= mostRows && size <= this.#most) || this.rows === 0
  }

  /**
   * Add a row with as many of the bytes behind `at` as fit.
   *
   * @returns how many
   */
  add(time: number, track: Track, flags: number, bytes: Uint8Array, at: number): number {
    const take = Math.min(bytes.length - at, mostData - this.used)
    const whole = take === bytes.length ? bytes : bytes.subarray(at, at + take)
    if (take > 0) this.#data.set(whole, this.used)
    const view = this.#view
    const row = blockHeaderSize + this.rows * rowSize
    const { connection, kind, source, last } = track
    const number = this.firstRow + this.rows
    const back = last < 0 ? 0 : number - last
    view.setFloat64(row, time, true)
    view.setUint32(row + 8, connection, true)
    view.setUint32(row + 12, this.used, true)
    view.setUint32(row + 16, take, true)
    // Taken modulo 2³², which is what a reader compares.
    view.setUint32(row + 20, track.position, true)
    view.setUint16(row + 24, kind | (flags << 8), true)
    view.setUint16(row + 26, source, true)
    view.setUint32(row + 28, back > largestWord ? 0 : back, true)
    track.last = number
    track.position += take
    // A row that was held back has an earlier time than those that went ahead of it.
    if (time < this.from) this.from = time
    if (time > this.#to) this.#to = time
    this.#kinds |= 1 << kind
    if (connection < this.#lowest) this.#lowest = connection
    if (connection > this.highest) this.highest = connection
    this.rows++
    this.used += take
    return take
  }

  /** The bytes that it has in a file, from its header to its padding. */
  get size(): number {
    return blockSize(this.rows, this.used)
  }

  /**
   * The finished block, in two pieces, which are good until it begins anew.
   *
   * @param previous where the block before begins in the file
   */
  seal(previous: number): [head: Buffer, data: Buffer] {
    const { rows, used, size, firstRow } = this
    const head = this.#head.subarray(0, blockHeaderSize + rows * rowSize)
    const data = this.#data.subarray(0, size - head.length)
    data.fill(0, used)
    encodeBlockHeader(
      {
        size,
        rows,
        firstRow,
        from: this.from,
        to: this.#to,
        data: used,
        kinds: this.#kinds,
        lowest: this.#lowest,
        highest: this.highest,
        previous,
      },
      head,
    )
    stampChecksum(head, data)
    return [head, data]
  }
}
