import { type LogReader, type LogRow, openLog, type RowFilter } from 'hawser/log'
import { WorkbenchError } from '../../workbench-error.js'
import type { RowSource } from '../row-source.js'
import { RecentRows } from './recent-rows.js'

/** Milliseconds between two looks at a file that grows: as often as a writer writes. */
const interval = 50

/** A log that views look at. It is watched as long as there is one. */
export class LogFile implements RowSource {
  readonly path: string
  readonly reader: Pick<LogReader, 'rows'>
  readonly firstRow: number
  readonly #log: LogReader
  readonly #recent: RecentRows
  #nextRow: number
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #isClosed = false
  readonly #listeners = new Set<() => void>()

  private constructor(path: string, log: LogReader) {
    this.path = path
    this.#log = log
    this.reader = { rows: (filter) => this.#rows(filter) }
    const { firstRow, nextRow } = log.info()
    this.firstRow = firstRow
    this.#nextRow = nextRow
    this.#recent = new RecentRows(nextRow)
  }

  /** @returns rejects with WorkbenchError for what cannot be read, or is no log */
  static async open(path: string): Promise<LogFile> {
    try {
      return new LogFile(path, await openLog(path))
    } catch (cause) {
      const message = cause instanceof Error ? cause.message : String(cause)
      throw new WorkbenchError('WORKBENCH_FAILED', message, { cause })
    }
  }

  /** The number behind its last row. */
  get nextRow(): number {
    return this.#nextRow
  }

  /** Call `listener` when it has grown. @returns ends it */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener)
    this.#schedule()
    return () => {
      this.#listeners.delete(listener)
    }
  }

  recent(from: number, to: number): readonly LogRow[] | undefined {
    return this.#recent.between(from, to)
  }

  logRowOf(row: number): number {
    return row
  }

  fromLogRow(logRow: number): number {
    return logRow
  }

  async close(): Promise<void> {
    this.#isClosed = true
    clearTimeout(this.#timer)
    await this.#looking
    await this.#log.close()
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isClosed || this.#listeners.size === 0) return
    this.#timer = setTimeout(() => {
      this.#looking = this.#look()
    }, interval)
  }

  async #look(): Promise<void> {
    // A file that cannot be read now is looked at again: what was read of it stays.
    const info = await this.#log.refresh().catch(() => undefined)
    if (info !== undefined && info.nextRow > this.#nextRow) await this.#readNew(info.nextRow)
    this.#timer = undefined
    if (info !== undefined && info.nextRow > this.#nextRow) {
      this.#nextRow = info.nextRow
      for (const listener of this.#listeners) listener()
    }
    this.#schedule()
  }

  async #readNew(to: number): Promise<void> {
    const from = this.#nextRow
    const rows: LogRow[] = []
    if (!this.#recent.takes(to - from)) {
      this.#recent.skip(to)
      return
    }
    try {
      for await (const row of this.#log.rows({ from, to })) rows.push(row)
      this.#recent.add(rows, to)
    } catch {
      // They are read where they are needed, which says what is wrong.
      this.#recent.skip(to)
    }
  }

  async *#rows(filter: RowFilter = {}): AsyncGenerator<LogRow, void, undefined> {
    const { from = 0, to = Infinity, since, until, signal } = filter
    const isPlain = since === undefined && until === undefined && signal?.aborted !== true
    const recent = isPlain ? this.#recent.between(from, Math.min(to, this.#nextRow)) : undefined
    if (recent === undefined) yield* this.#log.rows(filter)
    else for (const row of recent) if (isWanted(row, filter)) yield row
  }
}

function isWanted({ connection, kind }: LogRow, filter: RowFilter): boolean {
  if (filter.connection !== undefined && filter.connection !== connection) return false
  return filter.kinds === undefined || filter.kinds.includes(kind)
}
