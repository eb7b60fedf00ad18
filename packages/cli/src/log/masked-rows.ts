import {
  createMasker,
  type LogRow,
  type MaskedRow,
  type Masker,
  type MaskRule,
  rowFlags,
} from 'hawser/log'

/** Connections at a time. Of more, the oldest is taken to have ended: the end of a secret that is cut just there is shown. */
const mostOpen = 20_000

/** Rows without their secrets, however those were cut. A row waits while its end may be the beginning of one. */
export async function* maskRows(
  rows: AsyncIterable<LogRow>,
  rules: readonly MaskRule[],
): AsyncGenerator<LogRow, void, undefined> {
  const maskers = new Map<number, Masker<LogRow>>()
  const maskerOf = (connection: number): Masker<LogRow> => {
    const made = maskers.get(connection) ?? createMasker<LogRow>(rules)
    maskers.set(connection, made)
    return made
  }
  for await (const row of rows) {
    const { connection, kind, data, event } = row
    const masker = maskerOf(connection)
    const isBytes = kind === 'in' || kind === 'out'
    yield* shown(isBytes ? masker.add(kind, data, row) : masker.addEvent(row))
    if (event?.event === 'close') {
      yield* shown(masker.end())
      maskers.delete(connection)
    }
    if (maskers.size <= mostOpen) continue
    const [oldest] = maskers
    if (oldest === undefined) continue
    yield* shown(oldest[1].end())
    maskers.delete(oldest[0])
  }
  for (const masker of maskers.values()) yield* shown(masker.end())
}

function shown(masked: readonly MaskedRow<LogRow>[]): LogRow[] {
  return masked.map(({ row, bytes, changed }) => {
    if (row.kind === 'event' || row.kind === 'lost') return row
    return { ...row, data: bytes, flags: changed ? row.flags | rowFlags.changed : row.flags }
  })
}
