import { once } from 'node:events'
import { type LogReader, type LogRow, openLog } from 'hawser/log'
import { exitOk } from '../failure.js'
import type { LogCommandOptions } from './options.js'
import { createJsonRows, createTextRows, type RowRenderer, type ShownRow } from './render-row.js'

/** Written at once: a line at a time would be a system call each. */
const batchLength = 64 * 1024

/** Run `hawser log`. */
export async function showLog(options: LogCommandOptions): Promise<number> {
  await using log = await openLog(options.place)
  const render = options.json ? createJsonRows(options.hex) : createTextRows(options.hex)
  const rows = options.find === undefined ? select(log, options) : find(log, options.find, options)
  await print(await cut(rows, options), render, options.follow)
  return exitOk
}

function select(log: LogReader, options: LogCommandOptions): AsyncIterable<LogRow> {
  const { connection, last, follow } = options
  const filter = { connection, from: last === undefined ? 0 : -last }
  return follow ? log.follow(filter) : log.rows(filter)
}

/** The rows in which it ends, each of them once. */
async function* find(
  log: LogReader,
  pattern: Uint8Array,
  { connection, last }: LogCommandOptions,
): AsyncGenerator<LogRow, void, undefined> {
  let shown = -1
  const from = last === undefined ? 0 : -last
  for await (const { row } of log.search(pattern, { connection, from })) {
    if (row === shown) continue
    shown = row
    yield* log.rows({ from: row, to: row + 1 })
  }
}

async function cut(
  rows: AsyncIterable<LogRow>,
  { framing, maxFrame }: LogCommandOptions,
): Promise<AsyncIterable<ShownRow>> {
  if (framing === undefined) return rows
  const { loadFraming } = await import('../wire/load-framing.js')
  const { Frames } = await import('./frames.js')
  const frames = new Frames(await loadFraming(framing, { crlf: false, maxFrame }))
  return messagesOf(rows, (row) => frames.cut(row))
}

async function* messagesOf(
  rows: AsyncIterable<LogRow>,
  each: (row: LogRow) => ShownRow[],
): AsyncGenerator<ShownRow, void, undefined> {
  for await (const row of rows) yield* each(row)
}

/** @param isLive whether what is there is to be seen at once */
async function print(
  rows: AsyncIterable<ShownRow>,
  render: RowRenderer,
  isLive: boolean,
): Promise<void> {
  let batch = ''
  for await (const row of rows) {
    batch += render(row)
    if (!isLive && batch.length < batchLength) continue
    await write(batch)
    batch = ''
  }
  await write(batch)
}

async function write(text: string): Promise<void> {
  if (text !== '' && !process.stdout.write(text)) await once(process.stdout, 'drain')
}
