import { Buffer } from 'node:buffer'
import { encodeRows, type LogRow, rowFlags } from 'hawser/log'
import { mostShown, viewFlags } from '../protocol/rows-frame.js'
import type { Encoding } from '../protocol/text/encoding.js'
import { WorkbenchError } from '../workbench-error.js'
import type { RowSource } from './row-source.js'
import { CutCharacters } from './cut-characters.js'
import type { Range, ViewRows } from './sheet.js'

/** Rows this close together are read in one go. */
const gap = 1_024

/** Bytes of an event that are sent with it: it has to be whole to be understood. */
const mostOfEvent = 8 * 1024
/** Bytes of one answer: rows beyond it are left out, and are asked for again. */
const mostTogether = 1024 * 1024

/** Rows of a log by their numbers, which rise: as many from the first on as fit into one frame. */
export async function pickRows(
  file: RowSource,
  {
    numbers,
    encoding,
  }: { readonly numbers: readonly number[]; readonly encoding?: Encoding | undefined },
  signal?: AbortSignal,
): Promise<ViewRows> {
  const cut = encoding === 'gbk' ? new CutCharacters(file) : undefined
  const rows: LogRow[] = []
  const lengths: number[] = []
  let used = 0
  const add = (row: LogRow, length: number = row.data.length): void => {
    rows.push(row)
    lengths.push(length)
  }
  const addGone = (to: number): void => {
    for (let next = numbers[rows.length]; next !== undefined && next < to;) {
      add(goneRow(next))
      next = numbers[rows.length]
    }
  }
  for await (const row of readRows(file, numbers, signal)) {
    const shown = shorten((await cut?.isContinued(row, signal)) === true ? continued(row) : row)
    used += shown.data.length
    if (used > mostTogether && rows.length > 0) return packRows(rows, lengths)
    addGone(row.number)
    add(shown, row.data.length)
  }
  addGone(Infinity)
  return packRows(rows, lengths)
}

function continued(row: LogRow): LogRow {
  return { ...row, flags: row.flags | viewFlags.continued }
}

/** In the place of a row that was deleted with the oldest of its log: each row has its place. */
function goneRow(number: number): LogRow {
  const event = { event: 'deleted' }
  const data = Buffer.from(JSON.stringify(event))
  const row = { number, time: 0, connection: 0, flags: 0, source: 0, position: 0, back: 0 }
  return { ...row, kind: 'lost', data, event }
}

/** Rows by their numbers, which rise, with all their bytes. */
export async function* readRows(
  file: RowSource,
  numbers: readonly number[],
  signal?: AbortSignal,
): AsyncGenerator<LogRow, void, undefined> {
  const wanted = new Set(numbers)
  for (const { from, to } of rangesOf(numbers)) {
    for await (const row of file.reader.rows({ from, to, signal })) {
      if (wanted.has(row.number)) yield row
    }
  }
}

/** As above, with one in the place of each that was deleted. */
export async function* readAllRows(
  file: RowSource,
  numbers: readonly number[],
  signal: AbortSignal,
): AsyncGenerator<LogRow, void, undefined> {
  let at = 0
  async function* goneUpTo(end: number): AsyncGenerator<LogRow, void, undefined> {
    if (at === end) return
    const time = await firstTime(file, signal)
    for (; at < end; at++) yield { ...goneRow(numbers[at] ?? 0), time }
  }
  for await (const row of readRows(file, numbers, signal)) {
    yield* goneUpTo(numbers.indexOf(row.number, at))
    at++
    yield row
  }
  yield* goneUpTo(numbers.length)
}

/** When the oldest row was that is there: those that were deleted were before it. */
async function firstTime({ reader }: RowSource, signal: AbortSignal): Promise<number> {
  for await (const { time } of reader.rows({ signal })) return time
  return Date.now()
}

/** Of rows that were deleted one after the other, one that says how many there were. */
export async function* joinGone(
  rows: AsyncIterable<LogRow>,
): AsyncGenerator<LogRow, void, undefined> {
  let first: LogRow | undefined
  let count = 0
  const said = (row: LogRow): LogRow => {
    const event = { event: 'deleted', rows: count }
    count = 0
    return { ...row, event, data: Buffer.from(JSON.stringify(event)) }
  }
  for await (const row of rows) {
    if (row.event?.event === 'deleted' && row.kind === 'lost') {
      if (count++ === 0) first = row
      continue
    }
    if (count > 0 && first !== undefined) yield said(first)
    yield row
  }
  if (count > 0 && first !== undefined) yield said(first)
}

/** A part of the bytes of one row. */
export async function pickBytes(
  file: RowSource,
  number: number,
  { from, count, encoding }: Range,
  signal?: AbortSignal,
): Promise<ViewRows> {
  for await (const row of file.reader.rows({ from: number, to: number + 1, signal })) {
    const data = row.data.subarray(from, from + count)
    const isCut =
      from === 0 && encoding === 'gbk' && (await new CutCharacters(file).isContinued(row, signal))
    return packRows([{ ...(isCut ? continued(row) : row), data }], [row.data.length])
  }
  if (number >= file.firstRow && number < file.nextRow) {
    const gone = goneRow(number)
    return packRows([gone], [gone.data.length])
  }
  throw new WorkbenchError('WORKBENCH_NOT_FOUND', `the log has no row ${number}`)
}

/** A copy: its bytes share memory with a block of 1 MiB, and other rows may be in others. */
function shorten(row: LogRow): LogRow {
  const most = row.kind === 'event' || row.kind === 'lost' ? mostOfEvent : mostShown
  const flags = row.data.length > most ? row.flags | rowFlags.cut : row.flags
  return { ...row, flags, data: row.data.slice(0, most) }
}

function packRows(rows: readonly LogRow[], lengths: readonly number[]): ViewRows {
  return {
    numbers: rows.map(({ number }) => number),
    lengths,
    block: rows.length === 0 ? new Uint8Array() : encodeRows(rows),
  }
}

function rangesOf(numbers: readonly number[]): { from: number; to: number }[] {
  const ranges: { from: number; to: number }[] = []
  for (const number of numbers) {
    const range = ranges.at(-1)
    if (range !== undefined && number - range.to < gap) range.to = number + 1
    else ranges.push({ from: number, to: number + 1 })
  }
  return ranges
}
