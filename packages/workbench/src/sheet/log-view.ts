import { Buffer } from 'node:buffer'
import type { LogRow } from 'hawser/log'
import type { Filter, Pattern } from '../protocol/filter.js'
import { WorkbenchError } from '../workbench-error.js'
import { callBounded } from './bounded-call.js'
import { FoundPlaces } from './found-places.js'
import { LogFile } from './file/log-file.js'
import { isExpression, Matcher } from './scan/matcher.js'
import { pickBytes, pickRows, readAllRows } from './picked-rows.js'
import { AllPlaces, type Places } from './places.js'
import { checkPatterns } from './scan/row-test.js'
import type { RowSource } from './row-source.js'
import { scanHere } from './scan/scan-here.js'
import { scanInThread, scanRowsInThread } from './scan/scan-in-thread.js'
import type { ScanPool } from './scan/scan-pool.js'
import type { Found, Located, Range, View, ViewRows, ViewState } from './sheet.js'

/** Patterns that were looked for last: going on to the next place does not search anew. */
const mostSearches = 2

/** Rows that are read together. */
const together = 512

/** A log seen through a filter. */
export class LogView implements View {
  readonly #file: RowSource
  readonly #pool: ScanPool
  readonly #filter: Filter
  readonly #places: Places
  readonly #searches = new Map<string, Places>()
  #isClosed = false
  readonly #release: () => void

  /**
   * @param pool what looks at bytes
   * @param release called when it is closed
   * @throws WorkbenchError for a pattern that is none
   */
  constructor(file: RowSource, pool: ScanPool, filter: Filter, release: () => void) {
    this.#file = file
    this.#pool = pool
    this.#filter = filter
    this.#release = release
    this.#places = this.#look([])
  }

  get state(): ViewState {
    const { firstRow, nextRow } = this.#file
    const { size, next } = this.#places
    const error = this.#places.error ?? this.#file.error
    return { rows: size, scanned: next - firstRow, total: nextRow - firstRow, error }
  }

  watch(listener: () => void): void {
    this.#places.watch(listener)
  }

  rows({ from, count, encoding }: Range, signal?: AbortSignal): Promise<ViewRows> {
    return pickRows(this.#file, { numbers: this.#places.take(from, count), encoding }, signal)
  }

  get isOfMessages(): boolean {
    return !(this.#file instanceof LogFile)
  }

  async *all(signal: AbortSignal): AsyncGenerator<LogRow, void, undefined> {
    const { size } = this.#places
    for (let place = 0; place < size; place += together) {
      const numbers = this.#places.take(place, Math.min(together, size - place))
      yield* readAllRows(this.#file, numbers, signal)
    }
  }

  bytes(row: number, range: Range, signal?: AbortSignal): Promise<ViewRows> {
    return pickBytes(this.#file, row, range, signal)
  }

  locate(row: number, isOfLog = false): Located {
    const place = this.#places.placeOf(isOfLog ? this.#file.fromLogRow(row) : row)
    return { place, logRow: this.#file.logRowOf(this.#places.at(place) ?? this.#file.nextRow) }
  }

  async find(
    pattern: Pattern,
    from: number,
    backwards: boolean,
    signal?: AbortSignal,
  ): Promise<Found | undefined> {
    const start = this.#places.at(from) ?? this.#file.nextRow
    const hits = this.#search(pattern)
    const row = await nextHit(hits, { start, backwards, end: this.#places.next }, signal)
    if (row === undefined) return undefined
    return { place: this.#places.placeOf(row), row, ...(await this.#spanIn(pattern, row, signal)) }
  }

  close(): void {
    if (this.#isClosed) return
    this.#isClosed = true
    this.#places.close()
    for (const search of this.#searches.values()) search.close()
    this.#searches.clear()
    this.#release()
  }

  #look(also: readonly Pattern[]): Places {
    const file = this.#file
    const filter = this.#filter
    // In a thread it would be said too late.
    checkPatterns(filter, also)
    const looksAtBytes =
      also.length > 0 || filter.pattern !== undefined || (filter.hide?.length ?? 0) > 0
    if (looksAtBytes) {
      return new FoundPlaces(file.firstRow, (sink) => {
        const task = { filter, also }
        if (file instanceof LogFile) return scanInThread(this.#pool, file, task, sink)
        const patterns = [filter.pattern, ...(filter.hide ?? []), ...also]
        const isSlow = patterns.some((pattern) => pattern !== undefined && isExpression(pattern))
        return isSlow ? scanRowsInThread(this.#pool, file, task, sink) : scanHere(file, task, sink)
      })
    }
    const { session, connection, kinds, events, hideSame } = filter
    const isAll = [session, connection, kinds, events, hideSame].every((each) => each === undefined)
    if (isAll) {
      return new AllPlaces(file)
    }
    return new FoundPlaces(file.firstRow, (sink) => scanHere(file, { filter, also }, sink))
  }

  #search(pattern: Pattern): Places {
    if (this.#isClosed) throw new WorkbenchError('WORKBENCH_NOT_NOW', 'the view is closed')
    const key = JSON.stringify(pattern)
    const search = this.#searches.get(key) ?? this.#look([pattern])
    this.#searches.delete(key)
    this.#searches.set(key, search)
    if (this.#searches.size > mostSearches) {
      const [oldest = ''] = this.#searches.keys()
      this.#searches.get(oldest)?.close()
      this.#searches.delete(oldest)
    }
    return search
  }

  /** Where in its row a match is that is known to end in it. */
  async #spanIn(
    pattern: Pattern,
    number: number,
    signal?: AbortSignal,
  ): Promise<{ readonly at: number; readonly length: number }> {
    const matcher = new Matcher(pattern)
    const [row] = await this.#read(number, number + 1, signal)
    if (row === undefined) return { at: 0, length: 0 }
    const before = await this.#bytesBefore(row, matcher.reach, signal)
    // A thread may have had seconds for it.
    return callBounded(() => matcher.match(Buffer.from(row.data), before)) ?? { at: 0, length: 0 }
  }

  /** The last bytes of the direction of a row that lie in front of it. */
  async #bytesBefore(row: LogRow, count: number, signal?: AbortSignal): Promise<Buffer> {
    const parts: Buffer[] = []
    let { number, back, position } = row
    let missing = count
    while (missing > 0 && back > 0) {
      number -= back
      const [before] = await this.#read(number, number + 1, signal)
      if (before === undefined) break
      // A gap: what lies before it does not belong to what lies behind it.
      if ((before.position + before.data.length) >>> 0 !== position) break
      const part = Buffer.from(before.data.subarray(-missing))
      parts.unshift(part)
      missing -= part.length
      ;({ back, position } = before)
    }
    return Buffer.concat(parts)
  }

  async #read(from: number, to: number, signal?: AbortSignal): Promise<LogRow[]> {
    const rows: LogRow[] = []
    for await (const row of this.#file.reader.rows({ from, to, signal })) rows.push(row)
    return rows
  }
}

/** The first hit from `start` on, or the last one before it, once enough of the log was looked at. */
function nextHit(
  hits: Places,
  {
    start,
    backwards,
    end,
  }: { readonly start: number; readonly backwards: boolean; readonly end: number },
  signal?: AbortSignal,
): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const unwatch = hits.watch(check)
    const settle = (act: () => void): void => {
      unwatch()
      signal?.removeEventListener('abort', abort)
      act()
    }
    function abort(): void {
      settle(() => reject(new WorkbenchError('WORKBENCH_NOT_NOW', 'the search was given up')))
    }
    function check(): void {
      const place = hits.placeOf(start)
      const row = backwards ? hits.at(place - 1) : hits.at(place)
      if (!backwards && row !== undefined) settle(() => resolve(row))
      else if (hits.next >= (backwards ? Math.min(start, end) : end)) settle(() => resolve(row))
      else if (hits.error !== undefined) {
        const message = hits.error
        settle(() => reject(new WorkbenchError('WORKBENCH_FAILED', message)))
      }
    }
    signal?.addEventListener('abort', abort)
    if (signal?.aborted) abort()
    else check()
  })
}
