import { blockMagic, flags, headerSize, kinds, rowSize } from '../../src/wire/layout.js'

/** A row to be sent. */
export interface SentRow {
  readonly kind: keyof typeof kinds
  readonly connection?: number
  readonly time?: number
  readonly flags?: number
  readonly data?: string | Uint8Array
}

/** A block as a tap writes it. */
export function encodeBlock(firstRow: number, rows: readonly SentRow[]): Buffer {
  const pieces = rows.map(({ data = '' }) => Buffer.from(data))
  const data = Buffer.concat(pieces)
  const size = Math.ceil((headerSize + rows.length * rowSize + data.length) / 8) * 8
  const block = Buffer.alloc(size)
  block.writeUInt32LE(blockMagic, 0)
  block.writeUInt32LE(size, 4)
  block.writeUInt32LE(rows.length, 12)
  block.writeBigUInt64LE(BigInt(firstRow), 16)
  block.writeUInt32LE(data.length, 40)
  let offset = 0
  for (const [index, row] of rows.entries()) {
    const at = headerSize + index * rowSize
    const { length } = pieces[index]!
    block.writeDoubleLE(row.time ?? 1_000 + firstRow + index, at)
    block.writeUInt32LE(row.connection ?? 1, at + 8)
    block.writeUInt32LE(offset, at + 12)
    block.writeUInt32LE(length, at + 16)
    block.writeUInt8(kinds[row.kind], at + 24)
    block.writeUInt8(row.flags ?? 0, at + 25)
    offset += length
  }
  data.copy(block, headerSize + rows.length * rowSize)
  return block
}

/** An event of a connection. */
export function event(fields: object, connection = 1): SentRow {
  return { kind: 'event', connection, data: JSON.stringify(fields) }
}

/** What a thread begins with. */
export function thread(fields: object = {}): SentRow {
  const usual = {
    event: 'thread',
    version: 1,
    pid: 4711,
    ppid: 4710,
    threadId: 0,
    node: 'v20.19.0',
  }
  const rest = { title: 'server.js', argv: ['node', 'server.js'], hooks: { push: true } }
  return event({ ...usual, ...rest, ...fields }, 0)
}

/** Bytes as of TLS' plain text. */
export const plainText: number = flags.tls
