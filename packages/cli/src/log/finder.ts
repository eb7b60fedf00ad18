import type { LogRow } from 'hawser/log'
import { Matches, type Sought } from '../wire/matches.js'
import type { ShownRow } from './render-row.js'

/** The rows in which a match ends, however it was cut. */
export async function* findInRows(
  rows: AsyncIterable<LogRow>,
  sought: Sought,
): AsyncGenerator<LogRow, void, undefined> {
  const matches = new Matches(sought)
  for await (const row of rows) {
    if (row.kind !== 'in' && row.kind !== 'out') continue
    if (matches.endIn(`${row.connection} ${row.kind}`, row.position, row.data)) yield row
  }
}

/** The messages in which there is a match. */
export async function* findInMessages(
  messages: AsyncIterable<ShownRow>,
  sought: Sought,
): AsyncGenerator<ShownRow, void, undefined> {
  const matches = new Matches(sought)
  for await (const message of messages) {
    const isBytes = message.kind === 'in' || message.kind === 'out'
    if (isBytes && matches.areIn(message.data)) yield message
  }
}
