import { type LogEvent, type LogRow, rowFlags } from 'hawser/log'
import { createColours, wantsColour } from '../output/colours.js'
import { createColumnRenderer, describeClose } from '../output/columns.js'
import { describeMessage, stringifySafely } from '../output/json.js'
import { outputWidth } from '../output/sinks/standard.js'
import { showMessage } from '../output/text.js'

/** A row, or a message that was cut out of several. */
export type ShownRow = Pick<
  LogRow,
  'number' | 'time' | 'connection' | 'kind' | 'flags' | 'data' | 'event'
>

/** Turns a row into what is written, line feeds included. */
export type RowRenderer = (row: ShownRow) => string

/** The most characters of an event that are shown. */
const mostOfEvent = 2_000
const longestName = 40

const flagNames = ['tls', 'cut', 'changed', 'byHand', 'repeated']

function namesOf(flags: number): string[] {
  return flagNames.filter((_, bit) => (flags & (1 << bit)) !== 0)
}

/** One JSON object a line. */
export function createJsonRows(hex: boolean): RowRenderer {
  return ({ number, time, connection, kind, flags, data, event }) => {
    const head = { row: number, time: dateOf(time).toISOString(), connection, kind }
    const named = namesOf(flags)
    const rest = event === undefined ? describeMessage(data, { hex }) : { event }
    const all = { ...head, ...(named.length > 0 ? { flags: named } : {}), ...rest }
    return `${safely(() => stringifySafely(all), stringifySafely({ ...head, event: unreadable }))}\n`
  }
}

const unreadable = { event: 'unreadable' }

/** A line a row, as `hawser serve` shows messages. */
export function createTextRows(hex: boolean): RowRenderer {
  const colours = createColours(wantsColour(process.stdout, process.env))
  const aligned = true
  const width = outputWidth
  const limit = hex ? Infinity : 64 * 1024
  const common = { colours, aligned, workers: false, hex, limit, width }
  const render = createColumnRenderer(common)
  return ({ time, connection, kind, flags, data, event }) => {
    const at = dateOf(time)
    if (event === undefined && (kind === 'in' || kind === 'out')) {
      const marks = namesOf(flags & ~rowFlags.tls)
      const message = { event: 'message', id: connection, direction: kind, bytes: data } as const
      return render(marks.length === 0 ? message : { ...message, marks }, at)
    }
    const { event: name = kind, ...details } = event ?? {}
    const text = safely(() => describe(name, details), 'details that are nested too deeply')
    const [what, rest] = [name.slice(0, longestName), text.slice(0, mostOfEvent)]
    return render({ event: 'note', id: connection, what, text: rest }, at)
  }
}

/** Nothing but what was said: a line of text is a line, with `<` in front of what came in and `>` of what went out. */
export function createSpokenRows(): RowRenderer {
  return ({ connection, kind, data }) => {
    if (kind !== 'in' && kind !== 'out') return ''
    const head = `@${connection} ${kind === 'in' ? '<' : '>'} `
    return linesOf(Buffer.from(data.buffer, data.byteOffset, data.length))
      .map((line) => `${head}${showMessage(line)}\n`)
      .join('')
  }
}

/** Without what ends them; an end at the end begins no line. */
function linesOf(bytes: Buffer): Buffer[] {
  const lines: Buffer[] = []
  for (let from = 0; from < bytes.length;) {
    const at = bytes.indexOf(10, from)
    const end = at < 0 ? bytes.length : at
    lines.push(bytes.subarray(from, at > from && bytes[at - 1] === 13 ? at - 1 : end))
    from = end + 1
  }
  return lines
}

/** A stranger's time may be anything. */
function dateOf(time: number): Date {
  const date = new Date(time)
  return Number.isNaN(date.getTime()) ? new Date(0) : date
}

function describe(name: string, details: Omit<LogEvent, 'event'>): string {
  if (name === 'close' && isClose(details)) return describeClose(details)
  const { localAddress, localPort, remoteAddress, remotePort, ...rest } = details
  const ends = [place('peer', remoteAddress, remotePort), place('here', localAddress, localPort)]
  const fields = Object.entries(rest).map(([key, value]) => `${key}=${JSON.stringify(value)}`)
  return [...ends, ...fields].filter((each) => each !== '').join(' ')
}

function place(name: string, address: unknown, port: unknown): string {
  if (typeof address !== 'string') return ''
  if (typeof port !== 'number') return `${name} ${address}`
  return `${name} ${address.includes(':') ? `[${address}]` : address}:${port}`
}

type Close = Parameters<typeof describeClose>[0]

function isClose(details: object): details is Close {
  const { by, reason, bytesRead, bytesWritten, unsent } = details as Record<string, unknown>
  const counts = [bytesRead, bytesWritten, unsent]
  const areTexts = typeof by === 'string' && typeof reason === 'string'
  return areTexts && counts.every((value) => typeof value === 'number')
}

/** What is nested too deeply cannot be written. */
function safely(make: () => string, otherwise: string): string {
  try {
    return make()
  } catch {
    return otherwise
  }
}
