import type { Buffer } from 'node:buffer'
import { crc32 } from 'node:zlib'
import { blockHeaderSize, blockMagic, blockSize, largestBlock } from './layout.js'

/** What the header of a block says; the headers are the index of a log. */
export interface BlockHeader {
  /** Bytes of the block, from its header to its padding. */
  readonly size: number
  /** How many rows it has; at least one. */
  readonly rows: number
  /** The number of its first row. */
  readonly firstRow: number
  /** The earliest and the latest time in it, in milliseconds since 1970. */
  readonly from: number
  readonly to: number
  /** Bytes of data behind the rows. */
  readonly data: number
  /** The kinds of its rows: bit 1 for `in`, 2 for `out`, 3 for events, 4 for what was lost. */
  readonly kinds: number
  /** The lowest and the highest connection in it. */
  readonly lowest: number
  readonly highest: number
  /** Where the block before begins in the file; 0 for the first one. */
  readonly previous: number
}

/** Where the checksum is in a header, and where what it is made of begins. */
const checksumAt = 8
const summedFrom = 12

/** Write a header into the first bytes of `block`, but for its checksum. */
export function encodeBlockHeader(header: BlockHeader, block: Buffer): void {
  block.writeUInt32LE(blockMagic, 0)
  block.writeUInt32LE(header.size, 4)
  block.writeUInt32LE(header.rows, 12)
  block.writeBigUInt64LE(BigInt(header.firstRow), 16)
  block.writeDoubleLE(header.from, 24)
  block.writeDoubleLE(header.to, 32)
  block.writeUInt32LE(header.data, 40)
  block.writeUInt32LE(header.kinds, 44)
  block.writeUInt32LE(header.lowest, 48)
  block.writeUInt32LE(header.highest, 52)
  block.writeBigUInt64LE(BigInt(header.previous), 56)
}

/** Write the checksum of a block that lies in two pieces: header and rows, then data and padding. */
export function stampChecksum(head: Buffer, data: Uint8Array): void {
  head.writeUInt32LE(crc32(data, crc32(head.subarray(summedFrom))), checksumAt)
}

/** Whether the checksum of a whole block is right. */
export function hasRightChecksum(block: Buffer): boolean {
  return block.readUInt32LE(checksumAt) === crc32(block.subarray(summedFrom))
}

/**
 * What the bytes at `at` say, if they can be the header of a block.
 *
 * @returns undefined if they cannot: the lengths do not fit each other, or it is too large
 */
export function decodeBlockHeader(bytes: Buffer, at: number): BlockHeader | undefined {
  if (at + blockHeaderSize > bytes.length || bytes.readUInt32LE(at) !== blockMagic) return undefined
  const header: BlockHeader = {
    size: bytes.readUInt32LE(at + 4),
    rows: bytes.readUInt32LE(at + 12),
    firstRow: Number(bytes.readBigUInt64LE(at + 16)),
    from: bytes.readDoubleLE(at + 24),
    to: bytes.readDoubleLE(at + 32),
    data: bytes.readUInt32LE(at + 40),
    kinds: bytes.readUInt32LE(at + 44),
    lowest: bytes.readUInt32LE(at + 48),
    highest: bytes.readUInt32LE(at + 52),
    previous: Number(bytes.readBigUInt64LE(at + 56)),
  }
  const { size, rows, firstRow, data } = header
  const isPossible =
    size <= largestBlock &&
    rows > 0 &&
    size === blockSize(rows, data) &&
    Number.isSafeInteger(firstRow + rows) &&
    header.lowest <= header.highest
  return isPossible ? header : undefined
}
