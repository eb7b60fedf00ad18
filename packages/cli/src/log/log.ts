import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import type { Writable } from 'node:stream'
import { type LogReader, type LogRow, type MaskRule, openLog } from 'hawser/log'
import { CommandError, exitOk, sayLostOutput } from '../failure.js'
import { escapeText } from '../output/escape.js'
import { count } from '../output/numbers.js'
import { loadMasks } from '../wire/masks.js'
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
  const masks = await loadMasks(options.mask)
  await using log = await openLog(options.place)
  sayUnread(log, options)
  assertConnection(log, options)
  const rows = await choose(log, options, masks)
  if (options.pcapng !== undefined) await exportPackets(rows, options.pcapng)
  else {
    const render = options.json
      ? createJsonRows(options.hex)
      : options.text
        ? createSpokenRows()
        : createTextRows(options.hex)
    await print(await cut(rows, options), render, options.follow)
  }
  return exitOk
}

/** A writer that is at work may be in the middle of a block: of a log that is followed it is not said. */
function sayUnread(log: LogReader, { place, follow }: LogCommandOptions): void {
  const { unread } = log.info()
  if (unread === 0 || follow) return
  const bytes = unread === 1 ? 'byte is' : `${count(unread)} bytes are`
  const text = `${place}: its last ${bytes} no whole block, and left out: a crash cut it off, or it is being written`
  process.stderr.write(`hawser: ${escapeText(text)}\n`)
}

/** The rows that are to be shown, or made messages of. */
async function choose(
  log: LogReader,
  options: LogCommandOptions,
  masks: readonly MaskRule[] | undefined,
): Promise<AsyncIterable<LogRow>> {
  const { find: sought, framing, follow } = options
  // Nothing else has to see the rows between.
  const isPlain = masks === undefined && framing === undefined && !follow
  if (sought instanceof Uint8Array && isPlain) {
    return find(log, sought, options)
  }
  const rows = select(log, options, masks !== undefined)
  const masked = masks === undefined ? rows : await mask(rows, masks, log, options)
  if (sought === undefined || framing !== undefined) return masked
  const { findInRows } = await import('./finder.js')
  return findInRows(masked, sought)
}

/** @throws CommandError where a connection is asked for that is not there, and will not come */
function assertConnection(log: LogReader, { connection, place, follow }: LogCommandOptions): void {
  const { connections } = log.info()
  if (connection === undefined || connection <= connections || follow) return
  throw new CommandError(
    `${place} has no connection ${connection}`,
    connections === 0 ? 'it has none at all' : `its connections are 1 to ${connections}`,
  )
}

/** A secret that begins before the rows that are asked for is masked as well. */
async function mask(
  rows: AsyncIterable<LogRow>,
  masks: readonly MaskRule[],
  log: LogReader,
  { last }: LogCommandOptions,
): Promise<AsyncIterable<LogRow>> {
  const { maskRows } = await import('./masked-rows.js')
  const from = last === undefined ? 0 : log.info().nextRow - last
  return behind(maskRows(rows, masks), from)
}

async function* behind(
  rows: AsyncIterable<LogRow>,
  from: number,
): AsyncGenerator<LogRow, void, undefined> {
  for await (const row of rows) if (row.number >= from) yield row
}

async function exportPackets(rows: AsyncIterable<LogRow>, target: string): Promise<void> {
  const { PcapngExport } = await import('./export-pcapng.js')
  const packets = new PcapngExport()
  // As secret as the log itself.
  const output = target === '-' ? process.stdout : createWriteStream(target, { mode: 0o600 })
  const failed = failureOf(output, target)
  for await (const row of rows) {
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

function select(
  log: LogReader,
  { connection, last, follow }: LogCommandOptions,
  isWhole: boolean,
): AsyncIterable<LogRow> {
  const filter = { connection, from: last === undefined || isWhole ? 0 : -last }
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
  { framing, maxFrame, find: sought }: LogCommandOptions,
): Promise<AsyncIterable<ShownRow>> {
  if (framing === undefined) return rows
  const { loadFraming } = await import('../wire/load-framing.js')
  const { Frames } = await import('./frames.js')
  const frames = new Frames(await loadFraming(framing, { crlf: false, maxFrame }))
  const messages = messagesOf(rows, (row) => frames.cut(row))
  if (sought === undefined) return messages
  const { findInMessages } = await import('./finder.js')
  return findInMessages(messages, sought)
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
