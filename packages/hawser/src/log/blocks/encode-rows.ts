import { Buffer } from 'node:buffer'
import { invalid } from '../../options/invalid.js'
import { encodeBlockHeader, stampChecksum } from '../format/block-header.js'
import { kindNumbers } from '../format/kinds.js'
import { blockHeaderSize, blockSize, largestBlock, rowSize } from '../format/layout.js'
import type { LogRow } from './log-row.js'

/**
 * Rows as a block of the session log's format (docs/session-log.md), for a reader of the format that is elsewhere: a
 * page, another process. They need not follow each other in the log: the block numbers them from the first one on,
 * and has no links back.
 *
 * @param rows at least one, in any order
 * @returns at most 2 MiB
 * @throws OptionError for no rows, or for more than fit into a block
 */
export function encodeRows(rows: readonly Omit<LogRow, 'event' | 'back'>[]): Uint8Array {
  const used = rows.reduce((sum, { data }) => sum + data.length, 0)
  const size = blockSize(rows.length, used)
  const [first] = rows
  if (first === undefined) throw invalid('rows', 'is empty: a block has one row at least')
  if (size > largestBlock) {
    throw invalid(
      'rows',
      `take ${size} bytes as a block, which may have ${largestBlock}: pass fewer`,
    )
  }
  const block = Buffer.alloc(size)
  let data = blockHeaderSize + rows.length * rowSize
  let kinds = 0
  for (const [index, row] of rows.entries()) {
    const at = blockHeaderSize + index * rowSize
    block.writeDoubleLE(row.time, at)
    block.writeUInt32LE(row.connection, at + 8)
    block.writeUInt32LE(data - blockHeaderSize - rows.length * rowSize, at + 12)
    block.writeUInt32LE(row.data.length, at + 16)
    block.writeUInt32LE(row.position, at + 20)
    block.writeUInt8(kindNumbers[row.kind], at + 24)
    block.writeUInt8(row.flags, at + 25)
    block.writeUInt16LE(row.source, at + 26)
    block.set(row.data, data)
    data += row.data.length
    kinds |= 1 << kindNumbers[row.kind]
  }
  const times = rows.map(({ time }) => time)
  const connections = rows.map(({ connection }) => connection)
  encodeBlockHeader(
    {
      ...{ size, kinds, data: used, rows: rows.length, firstRow: first.number, previous: 0 },
      ...{ from: Math.min(...times), to: Math.max(...times) },
      ...{ lowest: Math.min(...connections), highest: Math.max(...connections) },
    },
    block,
  )
  stampChecksum(block.subarray(0, blockHeaderSize), block.subarray(blockHeaderSize))
  return block
}
