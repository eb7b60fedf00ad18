import { blockSize, fileHeaderSize, mostData } from '../format/layout.js'
import type { Clock, ClockTimer } from '../../policy/clock.js'
import { BlockBuilder, blockMemory } from './block-builder.js'
import { BlockQueue, type BlockSource, type QueuedBlock } from './block-queue.js'
import { flushAtExit } from './exit-flush.js'
import type { LogPlace } from './log-place.js'
import type { LogTime } from './log-time.js'
import type { SegmentFile } from './segment-file.js'
import type { Opened, Track } from './track.js'

/** Rows wait this many milliseconds for others, before they are written in one call. */
const flushAfter = 50

/** One is filled while another one is written, however little memory there may be. */
const fewestBlocks = 2

/** What rows are written with. */
export interface RowSettings {
  readonly clock: Clock
  readonly time: LogTime
  readonly sync: boolean
  readonly memory: number
  readonly rotate: number
  /** There is room again after rows were lost. */
  readonly onRoom: () => void
  readonly onFailure: (cause: unknown) => void
}

/** Rows into blocks, and those to the disk: when a block is full, and 50 ms after its first row. */
export class RowWriter implements BlockSource {
  /** Bytes of blocks that are in the files. */
  written = 0
  readonly #settings: RowSettings
  readonly #queue: BlockQueue
  readonly #free: BlockBuilder[] = []
  readonly #mostBlocks: number
  readonly #endExit: () => void
  #blocks = 0
  #current: BlockBuilder | undefined
  #place: LogPlace
  #timer: ClockTimer | undefined
  /** It was time to write, and the disk was busy. */
  #isDue = false
  /** Rows were lost, because all blocks wait for the disk. */
  #isFull = false
  #isStopped = false

  constructor(files: SegmentFile, place: LogPlace, settings: RowSettings) {
    this.#settings = settings
    this.#place = place
    this.#mostBlocks = Math.max(fewestBlocks, Math.floor(settings.memory / blockMemory))
    this.#queue = new BlockQueue(files, this, settings)
    this.#endExit = flushAtExit(() => this.#flushNow())
  }

  /** How many rows there are, in the files and on their way. */
  get rows(): number {
    const current = this.#current
    return current === undefined ? this.#place.nextRow : current.firstRow + current.rows
  }

  /** Bytes of memory that rows on their way take. */
  get memory(): number {
    return (this.#blocks - this.#free.length) * blockMemory
  }

  /**
   * Add a row, or several for what is larger than a block. The bytes are copied.
   *
   * @param seen when they came; now, where that is no time
   * @returns whether all of it was taken: not if the disk is too slow, or the log has stopped
   */
  append(track: Track, flags: number, bytes: Uint8Array, seen?: number): boolean {
    const time = seen !== undefined && seen >= 0 && seen < Infinity ? seen : this.now()
    const { opened } = track
    const isSaid = opened === undefined || opened.segment === this.#place.segment
    let at = 0
    do {
      const left = bytes.length - at
      const current = this.#current
      const builder =
        isSaid && current?.hasRoom(left) === true ? current : this.#next(opened, time, left)
      if (builder === undefined) return false
      at += builder.add(time, track, flags, bytes, at)
    } while (at < bytes.length)
    this.#timer ??= this.#flushLater()
    return true
  }

  /** The file that the last row is in, or will be. */
  get segment(): number {
    return this.#place.segment
  }

  /** The time of a row that comes now. */
  now(): number {
    return this.#settings.time.now()
  }

  /** @returns fulfils when all rows so far are in the file, or never will be */
  async flush(): Promise<void> {
    this.#seal()
    await this.#queue.settled()
  }

  async close(): Promise<void> {
    await this.flush()
    this.#stop()
    await this.#queue.close()
  }

  blockWritten({ builder, size }: QueuedBlock): void {
    this.written += size
    this.#free.push(builder)
    if (!this.#isFull) return
    this.#isFull = false
    this.#settings.onRoom()
  }

  queueEmpty(): void {
    if (this.#isDue) this.#seal()
  }

  queueFailed(cause: unknown): void {
    this.#stop()
    this.#settings.onFailure(cause)
  }

  #builderFor(bytes: number, rows = 1): BlockBuilder | undefined {
    if (this.#current?.hasRoom(bytes, rows) === true) return this.#current
    this.#seal()
    return (this.#current = this.#begin(bytes, rows))
  }

  /** The block of a row with so many bytes, or the first ones of them, in a file in which it is said what opened. */
  #next(opened: Opened | undefined, time: number, bytes: number): BlockBuilder | undefined {
    if (opened === undefined || opened.segment === this.#place.segment) {
      const same = this.#builderFor(bytes)
      // It may be in the next file.
      if (same === undefined || opened === undefined || opened.segment === this.#place.segment)
        return same
    }
    const event = opened.encode()
    const builder = this.#builderFor(event.length + bytes, 2)
    if (builder === undefined) return undefined
    builder.add(time, opened.track, 0, event, 0)
    opened.segment = this.#place.segment
    return builder
  }

  #begin(bytes: number, rows: number): BlockBuilder | undefined {
    if (this.#isStopped) return undefined
    let builder = this.#free.pop()
    if (builder === undefined) {
      if (this.#blocks === this.#mostBlocks) {
        this.#isFull = true
        return undefined
      }
      this.#blocks++
      builder = new BlockBuilder()
    }
    const { rotate } = this.#settings
    const { at, segment } = this.#place
    if (at > fileHeaderSize && at + blockSize(rows, Math.min(bytes, mostData)) > rotate) {
      this.#place = { ...this.#place, segment: segment + 1, at: fileHeaderSize, previous: 0 }
    }
    builder.begin(this.#place.nextRow, rotate - this.#place.at)
    return builder
  }

  /** The block that is being filled goes to the disk. */
  #seal(): void {
    this.#isDue = false
    const builder = this.#current
    if (builder === undefined || builder.rows === 0) return
    this.#current = undefined
    this.#settings.time.adjust()
    this.#queue.add(this.#placed(builder))
  }

  #placed(builder: BlockBuilder): QueuedBlock {
    const { size, firstRow, rows, from } = builder
    const { connections, segment, at, previous } = this.#place
    const pieces = builder.seal(previous)
    this.#place = {
      segment,
      at: at + size,
      previous: at,
      nextRow: firstRow + rows,
      connections: Math.max(connections, builder.highest),
    }
    return { segment, at, firstRow, from, connections, size, pieces, builder }
  }

  #flushLater(): ClockTimer {
    const due = (): void => {
      this.#timer = undefined
      // While the disk is busy the block goes on being filled: few blocks, and full ones.
      if (this.#queue.isBusy) this.#isDue = true
      else this.#seal()
    }
    return this.#settings.clock.schedule(due, flushAfter, false)
  }

  #flushNow(): void {
    this.#seal()
    this.#queue.writeNow()
  }

  #stop(): void {
    this.#isStopped = true
    this.#current = undefined
    this.#free.length = 0
    this.#blocks = 0
    this.#timer?.cancel()
    this.#endExit()
  }
}
