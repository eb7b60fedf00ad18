import { Buffer } from 'node:buffer'
import { randomBytes } from 'node:crypto'
import { crc32 } from 'node:zlib'
import { encodeRows, type LogRow } from 'hawser/log'
import type { View } from './sheet.js'

/** As `createLog` has them. */
const mostRows = 8_192
const mostData = 1024 * 1024

/** Places in the format (docs/session-log.md). */
const fileHeaderSize = 64
const blockHeaderSize = 64
const rowSize = 32
const checksumAt = 8
const summedFrom = 12
const previousAt = 56
const backAt = 28

/** The rows that a view has now, as a session log of their own, in which they are numbered from 0 on. */
export async function* exportLog(
  view: Pick<View, 'all' | 'locate'>,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array, void, undefined> {
  const blocks = new Blocks()
  let begun = false
  for await (const row of view.all(signal)) {
    if (!begun) yield fileHeader(row.time)
    begun = true
    const block = blocks.add({ ...row, data: renumberMark(row, view) })
    if (block !== undefined) yield block
  }
  if (!begun) yield fileHeader(Date.now())
  const last = blocks.take()
  if (last !== undefined) yield last
}

/** Blocks that follow each other in a file. */
class Blocks {
  #rows: LogRow[] = []
  #data = 0
  #next = 0
  /** Where the block before begins, and where the next one does. */
  #previous = 0
  #offset = fileHeaderSize
  /** The last row of each direction of each connection that is open. */
  readonly #last = new Map<string, number>()

  /** @returns a block that is full */
  add(row: LogRow): Uint8Array | undefined {
    const isFull = this.#rows.length >= mostRows || this.#data + row.data.length > mostData
    const full = isFull ? this.take() : undefined
    this.#rows.push(row)
    this.#data += row.data.length
    return full
  }

  take(): Uint8Array | undefined {
    const [first, ...others] = this.#rows
    if (first === undefined) return undefined
    const block = Buffer.from(encodeRows([{ ...first, number: this.#next }, ...others]))
    for (const [index, row] of this.#rows.entries()) {
      block.writeUInt32LE(this.#backOf(row), blockHeaderSize + index * rowSize + backAt)
      this.#next++
    }
    block.writeBigUInt64LE(BigInt(this.#previous), previousAt)
    block.writeUInt32LE(crc32(block.subarray(summedFrom)), checksumAt)
    this.#previous = this.#offset
    this.#offset += block.length
    this.#rows = []
    this.#data = 0
    return block
  }

  #backOf({ connection, kind, event }: LogRow): number {
    const key = `${connection} ${kind}`
    const back = this.#next - (this.#last.get(key) ?? this.#next)
    this.#last.set(key, this.#next)
    if (event?.event === 'close') {
      for (const each of ['in', 'out', 'event', 'lost']) this.#last.delete(`${connection} ${each}`)
    }
    return back
  }
}

function fileHeader(created: number): Buffer {
  const header = Buffer.alloc(fileHeaderSize)
  header.write('HAWSERLG', 'latin1')
  header.writeUInt16LE(1, 8)
  header.writeUInt16LE(fileHeaderSize, 10)
  header.writeDoubleLE(created, 12)
  header.set(randomBytes(16), 20)
  return header
}

/** A bookmark or a note is about a row, which has another number here, or is not here. */
function renumberMark({ event, data }: LogRow, view: Pick<View, 'locate'>): Uint8Array {
  if (event === undefined) return data
  const { event: kind, row, ...others } = event
  const isMark = (kind === 'bookmark' || kind === 'note') && others['file'] === undefined
  if (!isMark || typeof row !== 'number') return data
  const { place, logRow } = view.locate(row)
  const about = logRow === row ? { row: place } : {}
  return Buffer.from(JSON.stringify({ event: kind, ...about, ...others }))
}
