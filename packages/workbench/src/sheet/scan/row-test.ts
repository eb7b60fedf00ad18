import { Buffer } from 'node:buffer'
import type { LogRow } from 'hawser/log'
import type { Filter } from '../../protocol/filter.js'
import { Matcher } from './matcher.js'

/** Decides which rows are in a view. It is shown all rows of a log in their order, since some depend on earlier ones. */
export class RowTest {
  readonly #filter: Filter
  readonly #matchers: readonly Matcher[]
  readonly #hidden: readonly Matcher[]
  /** Bytes of rows that are hidden, in hex, by their length. */
  readonly #same = new Map<number, Set<string>>()
  readonly #looksAtBytes: boolean
  /** Connections of the session that is wanted. */
  readonly #connections = new Set<number>()

  /** @throws WorkbenchError for a pattern that is none */
  constructor(filter: Filter, also: readonly Filter['pattern'][] = []) {
    this.#filter = filter
    this.#matchers = [filter.pattern, ...also].flatMap((pattern) =>
      pattern === undefined ? [] : [new Matcher(pattern)],
    )
    this.#hidden = (filter.hide ?? []).map((pattern) => new Matcher(pattern))
    this.#looksAtBytes = this.#matchers.length + this.#hidden.length > 0
    for (const hex of filter.hideSame ?? []) {
      const length = hex.length / 2
      this.#same.set(length, (this.#same.get(length) ?? new Set()).add(hex.toLowerCase()))
    }
  }

  /** Nothing more is looked at. */
  close(): void {
    for (const matcher of [...this.#matchers, ...this.#hidden]) matcher.close()
  }

  accepts(row: LogRow): boolean {
    const { session, connection, kinds, events } = this.#filter
    if (session !== undefined && !this.#isOf(row, session)) return false
    if (connection !== undefined && row.connection !== connection) return false
    if (events !== undefined && !events.includes(row.event?.event ?? '')) return false
    if (this.#looksAtBytes && !this.#hasBytes(row)) return false
    if (this.#isSame(row)) return false
    return kinds === undefined || kinds.includes(row.kind)
  }

  /** Each matcher sees each row: what is cut into two has to be seen whole. */
  #hasBytes(row: LogRow): boolean {
    const isFound = this.#matchers.map((matcher) => matcher.matches(row)).every(Boolean)
    const isHidden = this.#hidden.map((matcher) => matcher.matches(row)).some(Boolean)
    return isFound && !isHidden
  }

  #isSame({ kind, data }: LogRow): boolean {
    const same = kind === 'in' || kind === 'out' ? this.#same.get(data.length) : undefined
    return same !== undefined && same.has(Buffer.from(data).toString('hex'))
  }

  #isOf({ connection, event }: LogRow, session: number): boolean {
    if (connection === 0) return event?.['session'] === session
    // The files with its first rows may be deleted.
    if (event?.event === 'open' || event?.event === 'continues') {
      if (event['session'] === session) this.#connections.add(connection)
      else this.#connections.delete(connection)
    }
    const isOurs = this.#connections.has(connection)
    // Its last row: of a million that come and go, only those that are open are remembered.
    if (event?.event === 'close') this.#connections.delete(connection)
    return isOurs
  }
}

/** @throws WorkbenchError for a pattern that is none */
export function checkPatterns(filter: Filter, also: readonly Filter['pattern'][]): void {
  void new RowTest(filter, also)
}
