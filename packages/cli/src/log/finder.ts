import type { LogRow } from 'hawser/log'
import type { ShownRow } from './render-row.js'

/** What is looked for: bytes, or an expression of which each character is a byte. */
export type Sought = Uint8Array | RegExp

/** A match across rows has at most so many bytes. */
export const longestFound = 1_024
/** Directions whose last bytes are kept: 10 MB. */
const mostDirections = 10_000

/** The last bytes of a direction, and where its next byte is. */
interface Tail {
  readonly text: string
  readonly position: number
}

/** The rows in which a match ends, however it was cut. */
export async function* findInRows(
  rows: AsyncIterable<LogRow>,
  sought: Sought,
): AsyncGenerator<LogRow, void, undefined> {
  const expression = expressionOf(sought)
  const kept = (sought instanceof RegExp ? longestFound : sought.length) - 1
  const tails = new Map<string, Tail>()
  for await (const row of rows) {
    if (row.kind !== 'in' && row.kind !== 'out') continue
    const name = `${row.connection} ${row.kind}`
    const tail = tails.get(name)
    // Across bytes that are missing there is no match.
    const before = tail?.position === row.position ? tail.text : ''
    const text = before + textOf(row)
    tails.delete(name)
    const position = (row.position + row.data.length) >>> 0
    if (kept > 0) tails.set(name, { text: text.slice(-kept), position })
    forgetOldest(tails)
    if (endsBehind(expression, text, before.length)) yield row
  }
}

/** The messages in which there is a match. */
export async function* findInMessages(
  messages: AsyncIterable<ShownRow>,
  sought: Sought,
): AsyncGenerator<ShownRow, void, undefined> {
  const expression = expressionOf(sought)
  for await (const message of messages) {
    const isBytes = message.kind === 'in' || message.kind === 'out'
    if (isBytes && endsBehind(expression, textOf(message), 0)) yield message
  }
}

/** Whether a match ends behind a place. */
function endsBehind(expression: RegExp, text: string, place: number): boolean {
  expression.lastIndex = 0
  for (let found = expression.exec(text); found !== null; found = expression.exec(text)) {
    if (found.index + found[0].length > place) return true
    expression.lastIndex = found.index + 1
  }
  return false
}

function expressionOf(sought: Sought): RegExp {
  if (sought instanceof RegExp) return new RegExp(sought.source, 'g')
  const bytes = Array.from(sought, (byte) => `\\x${byte.toString(16).padStart(2, '0')}`)
  return new RegExp(bytes.join(''), 'g')
}

function textOf({ data }: ShownRow): string {
  return Buffer.from(data.buffer, data.byteOffset, data.length).toString('latin1')
}

function forgetOldest(tails: Map<string, Tail>): void {
  if (tails.size <= mostDirections) return
  for (const oldest of tails.keys()) {
    tails.delete(oldest)
    return
  }
}
