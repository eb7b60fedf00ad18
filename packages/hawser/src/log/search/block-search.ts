import type { Buffer } from 'node:buffer'
import type { RowTable } from '../blocks/log-row.js'
import type { RowSelection } from '../blocks/row-filter.js'
import { kindNumbers, kindOf } from '../format/kinds.js'
import type { LogHit } from './log-hit.js'
import type { OpenEnds } from './open-ends.js'
import type { Pattern } from './pattern.js'

/** One block that is searched, and how the directions end that the blocks before it have. */
export interface SearchedBlock {
  readonly table: RowTable
  /** The whole block. */
  readonly bytes: Buffer
  readonly pattern: Pattern
  readonly ends: OpenEnds
  readonly wanted: RowSelection
}

/**
 * The places in a block, row by row. Inside rows Buffer's own search finds them, in one call for the whole
 * block where there are none. Only around the edges of rows is each byte looked at here.
 */
export function* searchBlock(block: SearchedBlock): Generator<LogHit, void, undefined> {
  const { table, bytes, pattern, wanted } = block
  const { dataAt } = table
  const { length } = pattern
  let found = bytes.indexOf(pattern.bytes, dataAt)
  for (let index = 0; index < table.count; index++) {
    const size = table.length(index)
    if (size === 0 || !wanted.has(table, index)) continue
    table.check(index)
    const from = dataAt + table.offset(index)
    const to = from + size
    const kind = table.kind(index)
    if (kind === kindNumbers.in || kind === kindNumbers.out) {
      const hits = acrossEdge(block, index, from, to)
      if (hits !== undefined) yield* hits
    }
    // Rows lie one behind the other, unless a stranger wrote them: then places are missed, and none is wrong.
    if (found !== -1 && found < from) found = bytes.indexOf(pattern.bytes, from)
    while (found !== -1 && found + length <= to) {
      yield hitAt(table, index, found - from)
      found = bytes.indexOf(pattern.bytes, found + 1)
    }
  }
}

/** The places that begin in an earlier row. How this row ends is kept for the next one. */
function acrossEdge(
  { table, bytes, pattern, ends }: SearchedBlock,
  index: number,
  from: number,
  to: number,
): readonly LogHit[] | undefined {
  const direction = table.connection(index) * 2 + (table.kind(index) - kindNumbers.in)
  const position = table.position(index)
  let count = ends.size === 0 ? 0 : ends.take(direction, position)
  let hits: LogHit[] | undefined
  let at = from
  // Until what has come of the pattern began in this row: that is found without this.
  while (at < to && count > at - from) {
    count = pattern.next(count, bytes[at]!)
    at++
    if (count === pattern.length && count > at - from) {
      hits ??= []
      hits.push(hitAt(table, index, at - from - count))
    }
  }
  const isCarried = at === to && count > at - from
  const end = isCarried ? pattern.beforeNext(count) : pattern.endOf(bytes, from, to)
  if (end > 0) ends.set(direction, end, (position + to - from) >>> 0)
  return hits
}

function hitAt(table: RowTable, index: number, at: number): LogHit {
  return {
    row: table.firstRow + index,
    at,
    connection: table.connection(index),
    kind: kindOf(table.kind(index)) ?? 'in',
    time: table.time(index),
  }
}
