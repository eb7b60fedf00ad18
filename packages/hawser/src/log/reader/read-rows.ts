import type { Buffer } from 'node:buffer'
import type { PlacedBlock } from '../files/walk.js'
import { blockHeaderSize, rowSize } from '../format/layout.js'
import type { BlockCursor } from '../blocks/block-cursor.js'
import { type LogRow, RowTable } from '../blocks/log-row.js'
import type { RowSelection } from '../blocks/row-filter.js'

/** A block is read whole if at least one in this many of its bytes is wanted. */
const wholeFrom = 4

/** Data that is this close together is read in one call. */
const gap = 16 * 1024

/** The rows of one block that are wanted. */
export async function readRows(
  cursor: BlockCursor,
  block: PlacedBlock,
  wanted: RowSelection,
): Promise<LogRow[]> {
  return wanted.connection === undefined
    ? readWhole(cursor, block, wanted)
    : readConnection(cursor, block, wanted)
}

async function readWhole(
  cursor: BlockCursor,
  block: PlacedBlock,
  wanted: RowSelection,
): Promise<LogRow[]> {
  const bytes = await cursor.read(block)
  const table = new RowTable(cursor.path, block, bytes)
  const rows: LogRow[] = []
  for (let index = 0; index < table.count; index++) {
    if (!wanted.has(table, index)) continue
    table.check(index)
    const begin = table.dataAt + table.offset(index)
    const row = table.row(index, bytes.subarray(begin, begin + table.length(index)))
    if (row !== undefined) rows.push(row)
  }
  return rows
}

/** The rows first, and then what of the data belongs to them. */
async function readConnection(
  cursor: BlockCursor,
  block: PlacedBlock,
  wanted: RowSelection,
): Promise<LogRow[]> {
  const head = await cursor.readPart(block, 0, blockHeaderSize + block.header.rows * rowSize)
  const table = new RowTable(cursor.path, block, head)
  const chosen: number[] = []
  let total = 0
  for (let index = 0; index < table.count; index++) {
    if (!wanted.has(table, index)) continue
    table.check(index)
    chosen.push(index)
    total += table.length(index)
  }
  if (total * wholeFrom > block.header.size) return readWhole(cursor, block, wanted)
  const rows: LogRow[] = []
  for (const run of runsOf(table, chosen)) {
    const { from, to, indexes } = run
    const data = await cursor.readPart(block, table.dataAt + from, to - from)
    for (const index of indexes) rows.push(...rowIn(table, index, data, from))
  }
  return rows
}

function rowIn(table: RowTable, index: number, data: Buffer, from: number): LogRow[] {
  const begin = table.offset(index) - from
  const row = table.row(index, data.subarray(begin, begin + table.length(index)))
  return row === undefined ? [] : [row]
}

interface Run {
  from: number
  to: number
  readonly indexes: number[]
}

function runsOf(table: RowTable, chosen: readonly number[]): Run[] {
  const runs: Run[] = []
  for (const index of chosen) {
    const from = table.offset(index)
    const to = from + table.length(index)
    const run = runs.at(-1)
    if (run !== undefined && from >= run.from && from - run.to <= gap) {
      run.to = Math.max(run.to, to)
      run.indexes.push(index)
    } else runs.push({ from, to, indexes: [index] })
  }
  return runs
}
