import type { Buffer } from 'node:buffer'
import { FramingError } from 'hawser'
import { blockMagic, headerSize, kinds, mostData, mostRows, rowSize } from '../wire/layout.js'

/** A row of a block: bytes of a connection in one direction, or an event as JSON. */
export interface Row {
  readonly kind: 'in' | 'out' | 'event' | 'lost'
  /** Of its thread; 0 for what belongs to none. */
  readonly connection: number
  /** Milliseconds since 1970, with a fraction. */
  readonly time: number
  /** Bits of `flags` of the layout. */
  readonly flags: number
  /** A view of its block. */
  readonly data: Buffer
}

/** What a thread sent in one piece. */
export interface Block {
  /** The number of its first row in the stream of its thread. */
  readonly firstRow: number
  readonly rows: readonly Row[]
}

const alignment = 8
/** Bytes of a block, with its header and its padding. */
export const largestBlock: number =
  Math.ceil((headerSize + mostRows * rowSize + mostData) / alignment) * alignment

/** The latest time that a `Date` can be. */
const latestTime = 8.64e15
const nameOf: ReadonlyMap<number, Row['kind']> = new Map(
  Object.entries(kinds).map(([name, number]) => [number, name as Row['kind']]),
)

/**
 * The size that the header says the block at `at` has.
 *
 * @param bytes has a header there
 * @throws FramingError for what is no header, or is too large
 */
export function sizeOfBlock(bytes: Buffer, at: number): number {
  const magic = bytes.readUInt32LE(at)
  if (magic !== blockMagic) throw malformed(`a block begins with HWB1, not with ${hex(magic)}`)
  const size = bytes.readUInt32LE(at + 4)
  const rows = bytes.readUInt32LE(at + 12)
  const data = bytes.readUInt32LE(at + 40)
  if (rows < 1 || rows > mostRows) {
    throw malformed(`a block has 1 to ${mostRows} rows, not ${rows}`)
  }
  if (data > mostData) throw malformed(`a block has at most ${mostData} bytes, not ${data}`)
  const whole = Math.ceil((headerSize + rows * rowSize + data) / alignment) * alignment
  if (size !== whole) throw malformed(`a block of ${whole} bytes says that it has ${size}`)
  return size
}

/**
 * @param bytes a whole block, whose size was checked; the rows are views of it
 * @throws FramingError for a field that cannot be
 */
export function readBlock(bytes: Buffer): Block {
  const count = bytes.readUInt32LE(12)
  const firstRow = Number(bytes.readBigUInt64LE(16))
  if (!Number.isSafeInteger(firstRow + count))
    throw malformed(`a row cannot have number ${firstRow}`)
  const from = headerSize + count * rowSize
  const data = bytes.subarray(from, from + bytes.readUInt32LE(40))
  const rows = Array.from({ length: count }, (_, index) =>
    readRow(bytes, headerSize + index * rowSize, data),
  )
  return { firstRow, rows }
}

function readRow(bytes: Buffer, at: number, data: Buffer): Row {
  const time = bytes.readDoubleLE(at)
  // Not a number is not in it either.
  if (!(time >= 0 && time <= latestTime)) throw malformed(`a row cannot have the time ${time}`)
  const offset = bytes.readUInt32LE(at + 12)
  const length = bytes.readUInt32LE(at + 16)
  if (offset + length > data.length) {
    throw malformed(`a row has bytes to ${offset + length} of a block with ${data.length}`)
  }
  const number = bytes.readUInt8(at + 24)
  const kind = nameOf.get(number)
  if (kind === undefined) throw malformed(`a row cannot be of kind ${number}`)
  return {
    kind,
    connection: bytes.readUInt32LE(at + 8),
    time,
    flags: bytes.readUInt8(at + 25),
    data: data.subarray(offset, offset + length),
  }
}

/** What is wrong with what a thread sent. */
export function malformed(what: string): FramingError {
  return new FramingError('HAWSER_FRAME_MALFORMED', what, { op: 'decode' })
}

function hex(number: number): string {
  return `0x${number.toString(16).padStart(8, '0')}`
}
