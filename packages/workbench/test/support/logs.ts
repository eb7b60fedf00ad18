import { join } from 'node:path'
import { createLog, type LogOptions, type SessionLog } from 'hawser/log'
import { onTestFinished } from 'vitest'
import { createFolder } from '../../../../test/support/folders.js'
import { createSheet } from '../../src/sheet/create-sheet.js'
import type { Sheet, View } from '../../src/sheet/sheet.js'
import type { Encoding } from '../../src/protocol/text/encoding.js'
import { decodeRowsFrame, encodeRowsFrame } from '../../src/protocol/rows-frame.js'

/** A log that is written, and a sheet that looks at it; both are gone when the test ends. */
export async function createBoth(
  options: LogOptions = {},
): Promise<{ log: SessionLog; sheet: Sheet; file: string }> {
  const file = join(createFolder(), 'session.hawser')
  const log = await createLog(file, options)
  const sheet = createSheet()
  onTestFinished(async () => {
    await sheet.close()
    await log.close()
  })
  return { log, sheet, file }
}

/** Fulfils when a view has looked at `total` rows or more. */
export async function lookedAt(view: View, total: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const check = (): void => {
      const { scanned, error } = view.state
      if (error !== undefined) reject(new Error(error))
      else if (scanned >= total) resolve()
    }
    view.watch(check)
    check()
  })
}

/** Fulfils when a view has so many rows, or more. */
export async function has(view: View, rows: number): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const check = (): void => {
      const { error } = view.state
      if (error !== undefined) reject(new Error(error))
      else if (view.state.rows >= rows) resolve()
    }
    view.watch(check)
    check()
  })
}

/** A row as a page sees it. */
export interface SeenRow {
  readonly number: number
  readonly connection: number
  readonly kind: number
  readonly flags: number
  /** How long it is in the log. */
  readonly length: number
  readonly text: string
}

/** Rows of a view, sent and read as a page reads them. */
export async function readRows(
  view: View,
  from: number,
  count: number,
  encoding?: Encoding,
): Promise<SeenRow[]> {
  const { numbers, lengths, block } = decodeRowsFrame(
    encodeRowsFrame({ id: 1, ...(await view.rows({ from, count, encoding })) }),
  )
  const data = new DataView(block.buffer, block.byteOffset, block.byteLength)
  const dataAt = 64 + numbers.length * 32
  return numbers.map((number, index) => {
    const at = 64 + index * 32
    const begin = dataAt + data.getUint32(at + 12, true)
    const bytes = block.subarray(begin, begin + data.getUint32(at + 16, true))
    return {
      number,
      connection: data.getUint32(at + 8, true),
      kind: data.getUint8(at + 24),
      flags: data.getUint8(at + 25),
      length: lengths[index] ?? 0,
      text: Buffer.from(bytes).toString('latin1'),
    }
  })
}

/** A log without rows. */
export async function createEmptyLog(): Promise<string> {
  const file = join(createFolder(), 'old.hawser')
  await (await createLog(file)).close()
  return file
}
