import { invalid, show } from '../../options/invalid.js'
import type { NamesOf } from '../../options/option-names.js'
import type { BlockHeader } from '../format/block-header.js'
import { kindNumbers, type RowKind } from '../format/kinds.js'
import { largestWord } from '../format/layout.js'
import type { RowTable } from './log-row.js'

/** Which rows are wanted. */
export interface RowFilter {
  /** Those of this connection; what others sent is not read from the disk. Default: of all. */
  readonly connection?: number | undefined
  /** Those of these kinds: `in`, `out`, `event`, `lost`. Default: all. */
  readonly kinds?: readonly RowKind[] | undefined
  /** The number of the first row; below 0 it counts from the end, so that -10 are the last ten. Default 0. */
  readonly from?: number | undefined
  /** The number behind the last row; below 0 it counts from the end. Default `Infinity`. */
  readonly to?: number | undefined
  /** The earliest time, in milliseconds since 1970. Default 0. */
  readonly since?: number | undefined
  /** The time before which they are. Default `Infinity`. */
  readonly until?: number | undefined
  /** Ends it: the loop throws `HAWSER_ABORTED`. */
  readonly signal?: AbortSignal | undefined
}

/** The names of the options in {@link RowFilter}. */
export const filterNames: NamesOf<RowFilter> = {
  connection: true,
  kinds: true,
  from: true,
  to: true,
  since: true,
  until: true,
  signal: 'signal',
}

/** A filter as the rows of a log are compared with. */
export class RowSelection {
  readonly connection: number | undefined
  readonly from: number
  readonly to: number
  readonly #kinds: number
  readonly #since: number
  readonly #until: number

  /** @throws OptionError */
  constructor(filter: RowFilter, end: number) {
    const { connection, kinds = [], from = 0, to = Infinity, since = 0, until = Infinity } = filter
    if (connection !== undefined && !isWord(connection)) {
      throw invalid('connection', `is ${show(connection)}: it takes the number of a connection`)
    }
    this.connection = connection
    this.#kinds = kindBits(kinds)
    this.from = rowNumber('from', from, end)
    this.to = rowNumber('to', to, end)
    this.#since = time('since', since)
    this.#until = time('until', until)
  }

  /** Whether a block may have such rows. */
  mayBeIn(header: BlockHeader): boolean {
    const { connection } = this
    return (
      header.firstRow + header.rows > this.from &&
      header.to >= this.#since &&
      header.from < this.#until &&
      (header.kinds & this.#kinds) !== 0 &&
      (connection === undefined || (connection >= header.lowest && connection <= header.highest))
    )
  }

  /** Whether a row is one. */
  has(table: RowTable, index: number): boolean {
    const number = table.firstRow + index
    if (number < this.from || number >= this.to) return false
    if (((1 << table.kind(index)) & this.#kinds) === 0) return false
    if (this.connection !== undefined && table.connection(index) !== this.connection) return false
    const at = table.time(index)
    return at >= this.#since && at < this.#until
  }
}

function isWord(value: number): boolean {
  return Number.isInteger(value) && value >= 0 && value <= largestWord
}

function kindBits(kinds: readonly RowKind[]): number {
  if (!Array.isArray(kinds)) throw invalid('kinds', `is ${show(kinds)}: it takes an array`)
  let bits = 0
  for (const kind of kinds as readonly RowKind[]) {
    if (!Object.hasOwn(kindNumbers, kind)) {
      throw invalid('kinds', `has ${show(kind)}: there are in, out, event and lost`)
    }
    bits |= 1 << kindNumbers[kind]
  }
  return bits === 0 ? -1 : bits
}

function rowNumber(option: string, value: number, end: number): number {
  if (value === Infinity || Number.isInteger(value))
    return value < 0 ? Math.max(0, end + value) : value
  throw invalid(option, `is ${show(value)}: it takes the number of a row`)
}

function time(option: string, value: number): number {
  if (typeof value === 'number' && !Number.isNaN(value)) return value
  throw invalid(option, `is ${show(value)}: it takes milliseconds since 1970`)
}
