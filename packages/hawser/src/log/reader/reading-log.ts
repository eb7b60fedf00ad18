import { Buffer } from 'node:buffer'
import { checkOptions } from '../../options/check-options.js'
import { milliseconds } from '../../options/numbers.js'
import type { NamesOf } from '../../options/option-names.js'
import type { Clock } from '../../policy/clock.js'
import { BlockCursor } from '../blocks/block-cursor.js'
import type { FollowOptions, LogContents, LogReader } from './log-reader.js'
import { type LogRow, RowTable } from '../blocks/log-row.js'
import type { PlacedBlock } from '../files/walk.js'
import { largestBlock } from '../format/layout.js'
import { searchBlock } from '../search/block-search.js'
import type { LogHit } from '../search/log-hit.js'
import { OpenEnds } from '../search/open-ends.js'
import { Pattern } from '../search/pattern.js'
import type { LogScan } from './log-scan.js'
import { readRows } from './read-rows.js'
import { filterNames, type RowFilter, RowSelection } from '../blocks/row-filter.js'
import { pause, throwIfAborted } from '../blocks/aborting.js'

const followNames: NamesOf<FollowOptions> = { ...filterNames, every: true }

/** A log that is read. */
export class ReadingLog implements LogReader {
  readonly #scan: LogScan
  readonly #clock: Clock
  #scanning: Promise<void> = Promise.resolve()

  constructor(scan: LogScan, clock: Clock) {
    this.#scan = scan
    this.#clock = clock
  }

  info(): LogContents {
    const { segments, firstRow, nextRow, from, to, connections, unread } = this.#scan
    const files = segments.map(({ path }) => path)
    return { files, firstRow, nextRow, from, to, connections, unread }
  }

  rows(filter: RowFilter = {}): AsyncGenerator<LogRow, void, undefined> {
    checkOptions(filter, filterNames)
    return this.#rows(new RowSelection(filter, this.#scan.nextRow), filter.signal)
  }

  search(
    pattern: string | Uint8Array,
    filter: RowFilter = {},
  ): AsyncGenerator<LogHit, void, undefined> {
    checkOptions(filter, filterNames)
    const { kinds = ['in', 'out'] } = filter
    const wanted = new RowSelection({ ...filter, kinds }, this.#scan.nextRow)
    return this.#search(new Pattern(pattern), wanted, filter.signal)
  }

  follow(options: FollowOptions = {}): AsyncGenerator<LogRow, void, undefined> {
    checkOptions(options, followNames)
    const every = milliseconds('every', options.every ?? 100)
    const { from, to } = new RowSelection(options, this.#scan.nextRow)
    return this.#follow({ ...options, from, to }, every)
  }

  async refresh(): Promise<LogContents> {
    await this.#refresh()
    return this.info()
  }

  async close(): Promise<void> {
    await this.#scan.close()
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async *#rows(
    wanted: RowSelection,
    signal?: AbortSignal,
  ): AsyncGenerator<LogRow, void, undefined> {
    for await (const { cursor, block } of this.#blocks(wanted, signal)) {
      for (const row of await readRows(cursor, block, wanted)) {
        yield row
        throwIfAborted(signal)
      }
    }
  }

  /** The blocks that may have rows which are wanted. */
  async *#blocks(
    wanted: RowSelection,
    signal?: AbortSignal,
  ): AsyncGenerator<{ cursor: BlockCursor; block: PlacedBlock }, void, undefined> {
    const { segments, index, nextRow } = this.#scan
    const cursor = new BlockCursor([...segments], index.find(wanted.from), nextRow)
    try {
      for (;;) {
        throwIfAborted(signal)
        const block = await cursor.next()
        if (block === undefined || block.header.firstRow >= wanted.to) return
        if (wanted.mayBeIn(block.header)) yield { cursor, block }
      }
    } finally {
      await cursor.close()
    }
  }

  async *#search(
    pattern: Pattern,
    wanted: RowSelection,
    signal?: AbortSignal,
  ): AsyncGenerator<LogHit, void, undefined> {
    const ends = new OpenEnds()
    const memory = Buffer.allocUnsafeSlow(largestBlock)
    for await (const { cursor, block } of this.#blocks(wanted, signal)) {
      const bytes = await cursor.read(block, memory)
      const table = new RowTable(cursor.path, block, bytes)
      for (const hit of searchBlock({ table, bytes, pattern, ends, wanted })) {
        yield hit
        throwIfAborted(signal)
      }
    }
  }

  async *#follow(
    filter: RowFilter & { readonly from: number; readonly to: number },
    every: number,
  ): AsyncGenerator<LogRow, void, undefined> {
    const { signal, to } = filter
    let { from } = filter
    while (from < to) {
      await this.#refresh(signal)
      const { nextRow } = this.#scan
      if (from < nextRow) {
        yield* this.#rows(new RowSelection({ ...filter, from }, nextRow), signal)
        from = nextRow
      } else await pause(this.#clock, every, signal)
    }
  }

  /** One after the other: the walk goes on from where it stands. */
  #refresh(signal?: AbortSignal): Promise<void> {
    const before = this.#scanning
    const scanning = before.catch(() => undefined).then(() => this.#scan.run(signal))
    this.#scanning = scanning
    return scanning
  }
}
