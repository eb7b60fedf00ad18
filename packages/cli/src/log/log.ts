import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { type LogReader, type LogRow, openLog } from 'hawser/log'
import { CommandError, exitOk, sayLostOutput } from '../failure.js'
import type { LogCommandOptions } from './options.js'
import {
  createJsonRows,
  createSpokenRows,
  createTextRows,
  type RowRenderer,
  type ShownRow,
} from './render-row.js'

/** Written at once: a line at a time would be a system call each. */
const batchLength = 64 * 1024

/** Run `hawser log`. */
export async function showLog(options: LogCommandOptions): Promise<number> {
  process.stdout.on('error', (error) => process.exit(sayLostOutput(error)))
  await using log = await openLog(options.place)
  if (options.pcapng !== undefined) {
    await exportPackets(log, options, options.pcapng)
    return exitOk
  }
  const render = options.json
    ? createJsonRows(options.hex)
    : options.text
      ? createSpokenRows()
      : createTextRows(options.hex)
  await print(await cut(chosen(log, options), options), render, options.follow)
  return exitOk
}

function chosen(log: LogReader, options: LogCommandOptions): AsyncIterable<LogRow> {
  return options.find === undefined ? select(log, options) : find(log, options.find, options)
}

async function exportPackets(
  log: LogReader,
  options: LogCommandOptions,
  target: string,
): Promise<void> {
  const { PcapngExport } = await import('./export-pcapng.js')
  const packets = new PcapngExport()
  // As secret as the log itself.
  const output = target === '-' ? process.stdout : createWriteStream(target, { mode: 0o600 })
  const failed = failureOf(output, target)
  for await (const row of chosen(log, options)) {
    for (const bytes of packets.add(row)) await Promise.race([failed, put(output, bytes)])
  }
  if (output === process.stdout) return
  output.end()
  await Promise.race([failed, once(output, 'close')])
}

/** Rejects when a file cannot be written. */
function failureOf(output: Writable, target: string): Promise<never> {
  const failed = new Promise<never>((_, reject) => {
    if (target === '-') return
    output.once('error', ({ message }) => {
      reject(new CommandError(`cannot write ${target}: ${message}`, 'name another file'))
    })
  })
  failed.catch(() => undefined)
  return failed
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
  if (text !== '') await put(process.stdout, text)
}

async function put(output: Writable, data: string | Buffer): Promise<void> {
  if (!output.write(data)) await once(output, 'drain')
}
