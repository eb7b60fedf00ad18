import { readFileSync } from 'node:fs'

/** A row of a session log: its connection, what it is, and bytes or an event as text. */
export interface LogRow {
  readonly connection: number
  readonly kind: 'in' | 'out' | 'event' | 'lost'
  readonly flags: number
  readonly text: string
}

const kinds = ['in', 'in', 'out', 'event', 'lost'] as const
const headerSize = 64
const rowSize = 32

/** The rows of a session log, read by its format alone (docs/session-log.md). */
export function readLog(file: string): LogRow[] {
  const bytes = readFileSync(file)
  const rows: LogRow[] = []
  for (let block = headerSize; block < bytes.length; block += bytes.readUInt32LE(block + 4)) {
    const count = bytes.readUInt32LE(block + 12)
    const data = block + headerSize + count * rowSize
    for (let number = 0; number < count; number += 1) {
      const row = block + headerSize + number * rowSize
      const from = data + bytes.readUInt32LE(row + 12)
      rows.push({
        connection: bytes.readUInt32LE(row + 8),
        kind: kinds[bytes[row + 24] ?? 0] ?? 'in',
        flags: bytes[row + 25] ?? 0,
        text: bytes.toString('utf8', from, from + bytes.readUInt32LE(row + 16)),
      })
    }
  }
  return rows
}
