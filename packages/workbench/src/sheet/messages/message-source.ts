import { Buffer } from 'node:buffer'
import { setImmediate } from 'node:timers/promises'
import { byteOperations } from 'hawser'
import type { LogReader, LogRow, RowFilter } from 'hawser/log'
import { FrameReader } from 'hawser/testing'
import { viewFlags } from '../../protocol/rows-frame.js'
import type { RowSource } from '../row-source.js'
import { BegunMessages } from './begun-messages.js'
import { type AnyFraming, type FramingOf, MessageCutter } from './message-cutter.js'
import { type IndexBudget, MessageIndex, type MessagePlace } from './message-index.js'

/** Rows that are cut between two turns of the event loop. */
const stride = 512

/** The messages of a log as rows of their own: where they are is kept, and their bytes are read when they are asked for. */
export class MessageSource implements RowSource {
  readonly firstRow = 0
  readonly reader: Pick<LogReader, 'rows'>
  readonly #rows: RowSource
  readonly #cutter: MessageCutter
  readonly #index: MessageIndex
  readonly #listeners = new Set<() => void>()
  readonly #over = new AbortController()
  readonly #unwatch: () => void
  #wake: (() => void) | undefined
  #error: string | undefined

  /** @param budget shared by all views */
  constructor(rows: RowSource, framingOf: FramingOf, budget?: IndexBudget) {
    this.#rows = rows
    this.#index = new MessageIndex(budget)
    this.#cutter = new MessageCutter(framingOf)
    this.reader = { rows: (filter = {}) => this.#read(filter) }
    this.#unwatch = rows.watch(() => this.#wake?.())
    this.#run().catch((error: unknown) => {
      if (!this.#over.signal.aborted) {
        this.#fail(error instanceof Error ? error.message : String(error))
      }
    })
  }

  get nextRow(): number {
    return this.#index.size
  }

  get error(): string | undefined {
    return this.#error
  }

  watch(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  logRowOf(row: number): number {
    return this.#index.at(row)?.row ?? this.#rows.nextRow
  }

  fromLogRow(logRow: number): number {
    return this.#index.firstFrom(logRow)
  }

  close(): void {
    this.#over.abort()
    this.#unwatch()
    this.#listeners.clear()
    this.#index.close()
    this.#wake?.()
  }

  async #run(): Promise<void> {
    const { signal } = this.#over
    let from = this.#rows.firstRow
    while (!signal.aborted) {
      const to = this.#rows.nextRow
      if (from < to) await this.#cut({ from, to, signal })
      else {
        await new Promise<void>((resolve) => {
          this.#wake = resolve
        })
      }
      from = to
    }
  }

  async #cut(range: RowFilter): Promise<void> {
    let seen = 0
    for await (const row of this.#rows.reader.rows(range)) {
      for (const place of await this.#cutter.cut(row)) this.#index.add(place)
      if (this.#index.isFull) {
        const size = this.#index.size
        throw new Error(`there are more messages than ${size}: look at the rows, or close a view`)
      }
      if (++seen % stride > 0) continue
      this.#tell()
      await setImmediate()
    }
    this.#tell()
  }

  async *#read({ from = 0, to = Infinity, signal }: RowFilter): AsyncGenerator<LogRow> {
    const end = Math.min(to, this.#index.size)
    if (from >= end) return
    let number = from
    const range = { from: this.logRowOf(from), to: this.logRowOf(end - 1) + 1, signal }
    const begun = new BegunMessages()
    for await (const row of this.#rows.reader.rows(range)) {
      let last = 0
      for (; number < end; number++) {
        const place = this.#index.at(number)
        // Rows before it may have been deleted meanwhile.
        if (place !== undefined && place.row < row.number) continue
        if (place?.row !== row.number) break
        const shown = { ...row, number, position: 0, back: 0 }
        if (place.is === 'rest')
          yield { ...shown, ...(await this.#restAt(row, place, begun, signal)) }
        else {
          last = place.end
          const flags = place.is === 'broken' ? row.flags | viewFlags.broken : row.flags
          yield { ...shown, flags, data: await this.#bytesOf(row, place, begun, signal) }
        }
      }
      begun.passed(row, last)
    }
  }

  async #bytesOf(
    row: LogRow,
    { is, end, size }: MessagePlace,
    begun: BegunMessages,
    signal?: AbortSignal,
  ): Promise<Uint8Array> {
    if (is === 'row') return row.data
    const inside = row.data.subarray(Math.max(0, end - size), end)
    const before = size - inside.length
    const bytes =
      before === 0
        ? inside
        : Buffer.concat([
            begun.before(row, before) ?? (await this.#bytesBefore(row, before, signal)),
            inside,
          ])
    const framing = is === 'broken' ? undefined : this.#cutter.framingFor(row.connection)
    return framing === undefined ? bytes : (decode(framing, bytes) ?? bytes)
  }

  /** What never became a message, at the row at which that was known. */
  async #restAt(
    { number }: LogRow,
    { end, size }: MessagePlace,
    begun: BegunMessages,
    signal?: AbortSignal,
  ): Promise<Pick<LogRow, 'kind' | 'flags' | 'data' | 'event'>> {
    const from = number - end
    for await (const last of this.#rows.reader.rows({ from, to: from + 1, signal })) {
      const inside = last.data.subarray(-size)
      const missing = size - inside.length
      const known = begun.upTo(last, size)
      const data = known ?? Buffer.concat([await this.#bytesBefore(last, missing, signal), inside])
      return { kind: last.kind, flags: last.flags | viewFlags.incomplete, data, event: undefined }
    }
    // It was deleted meanwhile, with the oldest rows of the log.
    return { kind: 'in', flags: viewFlags.incomplete, data: Buffer.alloc(0), event: undefined }
  }

  /** The last bytes of the direction of a row that lie in front of it. */
  async #bytesBefore(row: LogRow, count: number, signal?: AbortSignal): Promise<Buffer> {
    const parts: Buffer[] = []
    let missing = count
    let { number, back } = row
    while (missing > 0 && back > 0) {
      number -= back
      back = 0
      for await (const before of this.#rows.reader.rows({ from: number, to: number + 1, signal })) {
        const part = Buffer.from(before.data.subarray(-missing))
        parts.unshift(part)
        missing -= part.length
        ;({ back } = before)
      }
    }
    return Buffer.concat(parts)
  }

  #fail(message: string): void {
    this.#error = message
    this.#tell()
  }

  #tell(): void {
    for (const listener of this.#listeners) listener()
  }
}

/** What is in a frame: without its length, its delimiter. */
function decode(framing: AnyFraming, bytes: Uint8Array): Uint8Array | undefined {
  let found: Uint8Array | undefined
  try {
    new FrameReader<Uint8Array>(framing, byteOperations).feed(bytes, true, 0, (message) => {
      found = Uint8Array.from(message)
      return false
    })
  } catch {
    // One that depends on those before it is shown with all that it has.
  }
  return found
}
