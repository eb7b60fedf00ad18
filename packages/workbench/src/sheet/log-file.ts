import { type LogReader, openLog } from 'hawser/log'
import { WorkbenchError } from '../workbench-error.js'
import type { RowSource } from './row-source.js'

/** Milliseconds between two looks at a file that grows: as often as a writer writes. */
const interval = 50

/** A log that views look at. It is watched as long as there is one. */
export class LogFile implements RowSource {
  readonly path: string
  readonly reader: LogReader
  readonly firstRow: number
  #nextRow: number
  #timer: NodeJS.Timeout | undefined
  #looking: Promise<void> = Promise.resolve()
  #isClosed = false
  readonly #listeners = new Set<() => void>()

  private constructor(path: string, reader: LogReader) {
    this.path = path
    this.reader = reader
    const { firstRow, nextRow } = reader.info()
    this.firstRow = firstRow
    this.#nextRow = nextRow
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
    await this.reader.close()
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#isClosed || this.#listeners.size === 0) return
    this.#timer = setTimeout(() => {
      this.#looking = this.#look()
    }, interval)
  }

  async #look(): Promise<void> {
    // A file that cannot be read now is looked at again: what was read of it stays.
    const info = await this.reader.refresh().catch(() => undefined)
    this.#timer = undefined
    if (info !== undefined && info.nextRow > this.#nextRow) {
      this.#nextRow = info.nextRow
      for (const listener of this.#listeners) listener()
    }
    this.#schedule()
  }
}
