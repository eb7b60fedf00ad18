import { LogError } from '../../errors.js'
import { readFailure } from '../files/log-errors.js'
import { findSegments, type Segment } from '../files/segments.js'
import { stepBack } from '../files/tail.js'
import { BlockWalk, type PlacedBlock } from '../files/walk.js'
import { throwIfAborted } from '../blocks/aborting.js'
import { type OpenSegment, openSegment } from '../blocks/open-segment.js'
import { SparseIndex } from '../blocks/sparse-index.js'

/** A file, and how far it has been walked. */
interface Walked {
  readonly segment: OpenSegment
  readonly walk: BlockWalk
}

/**
 * What a log has, found by walking from header to header; again when it has grown. Its last file stays
 * open.
 */
export class LogScan {
  /** The files that have been walked. */
  readonly segments: Segment[] = []
  readonly index: SparseIndex = new SparseIndex()
  firstRow = 0
  /** The number behind the last row. */
  nextRow = 0
  /** The times of the first and the last row; 0 without rows. */
  from = 0
  to = 0
  /** The highest number of a connection. */
  connections = 0
  /** Bytes that are no whole blocks. */
  unread = 0
  readonly #file: string
  #current: Walked | undefined
  #passed = 0

  constructor(file: string) {
    this.#file = file
  }

  /** Walk on to the end, into files that have been begun since. */
  async run(signal?: AbortSignal): Promise<void> {
    for (;;) {
      if (this.#current !== undefined) await this.#walk(this.#current, signal)
      const next = await this.#findNext()
      if (next === undefined) return
      // It may have been written to the end before the next one was begun, and after it was walked.
      if (this.#current !== undefined) await this.#walk(this.#current, signal)
      await this.#enter(next)
    }
  }

  async close(): Promise<void> {
    const current = this.#current
    this.#current = undefined
    await current?.segment.handle.close()
  }

  async #walk({ segment, walk }: Walked, signal?: AbortSignal): Promise<void> {
    const { handle, path, number } = segment
    const { size } = await handle.stat()
    if (size < walk.at) {
      const what = `${path} is shorter than it was: ${size} bytes, and ${walk.at} were read`
      throw new LogError('HAWSER_LOG_INVALID', what, { op: 'read', remedy: 'open it again' })
    }
    let last: PlacedBlock | undefined
    for (;;) {
      throwIfAborted(signal)
      const block = await walk.next(size).catch((cause: unknown) => {
        throw readFailure(path, cause)
      })
      if (block === undefined) break
      last = block
      const { firstRow, previous } = block.header
      this.index.add({ segment: number, at: block.at, firstRow, previous })
      if (this.from === 0) this.from = block.header.from
      this.connections = Math.max(this.connections, block.header.highest)
    }
    if (last !== undefined) {
      last = await stepBack(handle, walk, last)
      this.index.cut(walk.nextRow)
      this.to = last?.header.to ?? this.to
    }
    this.nextRow = walk.nextRow
    this.unread = this.#passed + size - walk.at
  }

  /** The file behind the one that is open, if its writer has begun it. */
  async #findNext(): Promise<OpenSegment | undefined> {
    const before = this.#current?.segment.number ?? -1
    const segments = await findSegments(this.#file).catch((cause: unknown) => {
      throw readFailure(this.#file, cause)
    })
    const next = segments.find(({ number }) => number > before)
    return next === undefined ? undefined : openSegment(next.path, next.number)
  }

  async #enter(segment: OpenSegment): Promise<void> {
    const { path, number, handle, header } = segment
    const { firstRow, length } = header
    const isFirst = this.segments.length === 0
    if (!isFirst && firstRow < this.nextRow) {
      await handle.close()
      throw notNext(path, firstRow, this.nextRow)
    }
    if (isFirst) this.firstRow = firstRow
    await this.#current?.segment.handle.close()
    this.#passed = this.unread
    this.segments.push({ path, number })
    this.#current = {
      segment,
      walk: new BlockWalk(handle, { at: length, nextRow: firstRow, previous: 0 }),
    }
  }
}

function notNext(path: string, firstRow: number, nextRow: number): LogError {
  const what = `${path} begins with row ${firstRow}, and the files before it have rows up to ${nextRow}`
  return new LogError('HAWSER_LOG_INVALID', what, {
    op: 'read',
    remedy: 'the files are of different logs: open them in folders of their own',
  })
}
