import { readFileSync } from 'node:fs'
import { crc32 } from 'node:zlib'

/** A row as the file has it. */
export interface ParsedRow {
  readonly number: number
  readonly time: number
  readonly connection: number
  readonly position: number
  readonly kind: number
  readonly flags: number
  readonly back: number
  readonly data: Buffer
}

/**
 * A file, read by what docs/session-log.md says and by nothing of the library.
 *
 * @param isCut whether it may end in the middle of a block
 */
export function parseLog(
  path: string,
  isCut = false,
): { rows: ParsedRow[]; blocks: number; firstRow: number } {
  const file = readFileSync(path)
  if (file.toString('latin1', 0, 8) !== 'HAWSERLG') throw new Error('no log')
  const firstRow = Number(file.readBigUInt64LE(36))
  const rows: ParsedRow[] = []
  let at = file.readUInt16LE(10)
  let previous = 0
  let blocks = 0
  while (at < file.length) {
    const size = file.readUInt32LE(at + 4)
    const block = file.subarray(at, at + size)
    const is = {
      magic: block.toString('latin1', 0, 4),
      crc: block.readUInt32LE(8),
      first: Number(block.readBigUInt64LE(16)),
      previous: Number(block.readBigUInt64LE(56)),
    }
    const wanted = { magic: 'HWB1', crc: crc32(block.subarray(12)), first: firstRow + rows.length }
    const expected = JSON.stringify({ ...wanted, previous })
    if (isCut && at + size > file.length) break
    if (JSON.stringify(is) !== expected) throw new Error(`${JSON.stringify(is)}, not ${expected}`)
    rows.push(...rowsOf(block, firstRow + rows.length))
    previous = at
    at += size
    blocks++
  }
  return { rows, blocks, firstRow }
}

function rowsOf(block: Buffer, first: number): ParsedRow[] {
  const count = block.readUInt32LE(12)
  const data = block.subarray(64 + 32 * count)
  return Array.from({ length: count }, (_, index) => {
    const row = block.subarray(64 + 32 * index)
    const offset = row.readUInt32LE(12)
    return {
      number: first + index,
      time: row.readDoubleLE(0),
      connection: row.readUInt32LE(8),
      position: row.readUInt32LE(20),
      kind: row.readUInt8(24),
      flags: row.readUInt8(25),
      back: row.readUInt32LE(28),
      data: data.subarray(offset, offset + row.readUInt32LE(16)),
    }
  })
}

/** The bytes of a direction of a connection, joined. */
export function bytesOf(rows: readonly ParsedRow[], connection: number, kind: number): Buffer {
  const wanted = rows.filter((row) => row.connection === connection && row.kind === kind)
  return Buffer.concat(wanted.map((row) => row.data))
}

/** The events of a connection. */
export function eventsOf(rows: readonly ParsedRow[], connection: number): unknown[] {
  const events = rows.filter((row) => row.connection === connection && row.kind >= 3)
  return events.map((row) => JSON.parse(row.data.toString()) as unknown)
}
