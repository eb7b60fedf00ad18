import type { Buffer } from 'node:buffer'
import { damagedBlock } from '../files/log-errors.js'
import type { PlacedBlock } from '../files/walk.js'
import { decodeEvent, type LogEvent } from '../format/events.js'
import { kindOf, type RowKind } from '../format/kinds.js'
import { blockHeaderSize, rowSize } from '../format/layout.js'

/** A row of a session log: bytes in one direction, or an event. */
export interface LogRow {
  /** Its number in the log, from 0. */
  readonly number: number
  /** Milliseconds since 1970, with a fraction. */
  readonly time: number
  /** The number of its connection; 0 for what belongs to none. */
  readonly connection: number
  /** `in` and `out` have bytes; `event` and `lost` an event. */
  readonly kind: RowKind
  /** What there is to say of it: bits of `rowFlags`. */
  readonly flags: number
  /** Which process or thread it is of, where several wrote. */
  readonly source: number
  /**
   * How many bytes its direction had before it, modulo 2³². A gap to the row before says how much was not
   * stored.
   */
  readonly position: number
  /** How many rows before it the last one of its connection and kind is; 0 for none. */
  readonly back: number
  /** Its bytes. They share memory with their block: copy what you keep. */
  readonly data: Uint8Array
  /** What happened, for `event` and `lost`. */
  readonly event: LogEvent | undefined
}

/** The rows of a block as numbers, with what is checked before it is used. */
export class RowTable {
  readonly count: number
  readonly firstRow: number
  readonly #rows: Buffer
  readonly #view: DataView
  readonly #block: PlacedBlock
  readonly #path: string

  /** @param bytes the block from its first byte, at least to the end of its rows */
  constructor(path: string, block: PlacedBlock, bytes: Buffer) {
    this.count = block.header.rows
    this.firstRow = block.header.firstRow
    this.#rows = bytes
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length)
    this.#block = block
    this.#path = path
  }

  /** Where the data of the block begins in it. */
  get dataAt(): number {
    return blockHeaderSize + this.count * rowSize
  }

  time(index: number): number {
    return this.#view.getFloat64(at(index), true)
  }

  connection(index: number): number {
    return this.#view.getUint32(at(index) + 8, true)
  }

  kind(index: number): number {
    return this.#view.getUint8(at(index) + 24)
  }

  back(index: number): number {
    return this.#view.getUint32(at(index) + 28, true)
  }

  position(index: number): number {
    return this.#view.getUint32(at(index) + 20, true)
  }

  /** Where its data begins in that of the block. */
  offset(index: number): number {
    return this.#view.getUint32(at(index) + 12, true)
  }

  length(index: number): number {
    return this.#view.getUint32(at(index) + 16, true)
  }

  /** @throws LogError for a row whose data would be outside its block */
  check(index: number): void {
    if (this.offset(index) + this.length(index) <= this.#block.header.data) return
    const why = `row ${this.firstRow + index} has bytes that are not in its block`
    throw damagedBlock(this.#path, this.#block.at, why)
  }

  /**
   * @param data its bytes
   * @returns undefined for a kind of a later version
   */
  row(index: number, data: Buffer): LogRow | undefined {
    const kind = kindOf(this.kind(index))
    if (kind === undefined) return undefined
    const isEvent = kind === 'event' || kind === 'lost'
    const row = at(index)
    return {
      number: this.firstRow + index,
      time: this.time(index),
      connection: this.connection(index),
      kind,
      flags: this.#rows.readUInt8(row + 25),
      source: this.#rows.readUInt16LE(row + 26),
      position: this.position(index),
      back: this.back(index),
      data,
      event: isEvent ? decodeEvent(data) : undefined,
    }
  }
}

function at(index: number): number {
  return blockHeaderSize + index * rowSize
}
