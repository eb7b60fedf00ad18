import { type LogReader, type LogRow, openLog } from 'hawser/log'
import { RowTest } from './row-test.js'
import { scan, scanRecent, type Scanned } from './scan.js'
import type { ScanTask, ToScan } from './scan-messages.js'

/** One search of a thread, which looks at a few rows of each in turn. */
export interface ThreadSearch {
  /** Something is said about it. */
  take(said: ToScan): void
  /** Look at a few rows. @returns undefined when there are none to look at; first of all that it has begun */
  step(): Promise<Scanned | undefined>
  close(): Promise<void>
}

type Parts = AsyncGenerator<Scanned, void, undefined>

export function createSearch(task: ScanTask): ThreadSearch {
  return task.path === undefined ? new RowsSearch(task) : new LogSearch(task, task.path)
}

/** A search that reads its log. */
class LogSearch implements ThreadSearch {
  readonly #task: ScanTask
  readonly #path: string
  readonly #test: RowTest
  #reader: LogReader | undefined
  #parts: Parts | undefined
  #next: number
  #wanted: number

  constructor(task: ScanTask, path: string) {
    this.#task = task
    this.#path = path
    this.#test = new RowTest(task.filter, task.also)
    this.#next = task.from
    this.#wanted = task.from
  }

  take(said: ToScan): void {
    if ('grown' in said) this.#wanted = Math.max(this.#wanted, said.grown)
  }

  async step(): Promise<Scanned | undefined> {
    if (this.#reader === undefined) {
      this.#reader = await openLog(this.#path)
      return { found: [], next: this.#next }
    }
    this.#parts ??= await this.#begin(this.#reader)
    const part = await this.#parts?.next()
    if (part === undefined) return undefined
    if (part.done !== true) {
      this.#next = part.value.next
      return part.value
    }
    this.#parts = undefined
    return this.#next < this.#wanted ? { found: [], next: this.#next } : undefined
  }

  async close(): Promise<void> {
    this.#test.close()
    await this.#parts?.return()
    await this.#reader?.close()
  }

  async #begin(reader: LogReader): Promise<Parts | undefined> {
    if (this.#next >= this.#wanted) return undefined
    const { nextRow } = await reader.refresh()
    const range = { from: this.#next, to: Math.min(this.#wanted, nextRow) }
    return scan(reader, this.#test, this.#task.filter, range)
  }
}

/** A search that is handed its rows. */
class RowsSearch implements ThreadSearch {
  readonly #test: RowTest
  readonly #from: number
  readonly #waiting: { readonly rows: readonly LogRow[]; readonly next: number }[] = []
  #hasBegun = false

  constructor({ filter, also, from }: ScanTask) {
    this.#test = new RowTest(filter, also)
    this.#from = from
  }

  take(said: ToScan): void {
    if ('rows' in said) this.#waiting.push(said)
  }

  step(): Promise<Scanned | undefined> {
    return Promise.resolve(this.#step())
  }

  close(): Promise<void> {
    this.#test.close()
    return Promise.resolve()
  }

  #step(): Scanned | undefined {
    if (!this.#hasBegun) {
      this.#hasBegun = true
      return { found: [], next: this.#from }
    }
    const part = this.#waiting.shift()
    return part && scanRecent(part.rows, this.#test, part.next)
  }
}
