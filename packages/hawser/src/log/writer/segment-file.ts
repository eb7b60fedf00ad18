import type { Buffer } from 'node:buffer'
import { closeSync, openSync, writeSync } from 'node:fs'
import { type FileHandle, open, stat, unlink } from 'node:fs/promises'
import { encodeFileHeader } from '../format/file-header.js'
import { fileHeaderSize } from '../format/layout.js'
import { mode } from './log-place.js'
import { findSegments, segmentPath } from '../files/segments.js'

/** A block with the place in the log that it was given. */
export interface SealedBlock {
  readonly segment: number
  readonly at: number
  readonly firstRow: number
  /** The time of its first row. */
  readonly from: number
  /** The highest connection in the blocks before it. */
  readonly connections: number
  readonly pieces: readonly Buffer[]
}

/** What the files of a log are made with. */
export interface SegmentSettings {
  readonly file: string
  readonly id: Uint8Array
  /** Bytes that all files may have together. */
  readonly keep: number
  /** Bytes that the file which is begun next may grow to. */
  readonly rotate: number
}

/** The files of a log: each block is written to the place that it was given, one after the other. */
export class SegmentFile {
  readonly #settings: SegmentSettings
  #handle: FileHandle | undefined
  #segment: number

  /** @param handle the segment that the log goes on in */
  constructor(settings: SegmentSettings, segment: number, handle: FileHandle) {
    this.#settings = settings
    this.#segment = segment
    this.#handle = handle
  }

  /** One writev(2), unless the system took only a part of it. */
  async write(block: SealedBlock): Promise<void> {
    const handle = await this.#open(block)
    let { pieces, at } = block
    for (;;) {
      const { bytesWritten } = await handle.writev(pieces, at)
      const left = behind(pieces, bytesWritten)
      if (left.length === 0) return
      if (bytesWritten === 0) throw new Error('the file takes no more bytes')
      pieces = left
      at += bytesWritten
    }
  }

  /**
   * The same at once, when the process exits. A block that is being written is written once more, the
   * same bytes to the same place.
   */
  writeSync(blocks: readonly SealedBlock[]): void {
    for (const block of blocks) {
      const isHere = block.segment === this.#segment && this.#handle !== undefined
      const path = segmentPath(this.#settings.file, block.segment)
      const fd = isHere
        ? this.#handle!.fd
        : openSync(path, block.at === fileHeaderSize ? 'w' : 'r+', mode)
      try {
        if (block.at === fileHeaderSize) writeSync(fd, this.#header(block), 0, fileHeaderSize, 0)
        let { at } = block
        for (const piece of block.pieces) at += writeSync(fd, piece, 0, piece.length, at)
      } finally {
        if (!isHere) closeSync(fd)
      }
    }
  }

  /** fdatasync(2). */
  async sync(): Promise<void> {
    await this.#handle?.datasync()
  }

  async close(): Promise<void> {
    await this.#handle?.close()
    this.#handle = undefined
  }

  async #open(block: SealedBlock): Promise<FileHandle> {
    if (this.#handle !== undefined && block.segment === this.#segment) return this.#handle
    await this.close()
    this.#segment = block.segment
    await this.#deleteOldest()
    const handle = await open(segmentPath(this.#settings.file, block.segment), 'w', mode)
    this.#handle = handle
    await handle.write(this.#header(block), 0, fileHeaderSize, 0)
    return handle
  }

  #header({ firstRow, from, connections }: SealedBlock): Buffer {
    const { id } = this.#settings
    return encodeFileHeader({ created: from, id, firstRow, connections })
  }

  /** Until there is room for the file that begins now. */
  async #deleteOldest(): Promise<void> {
    const { file, keep, rotate } = this.#settings
    if (keep === Infinity) return
    const segments = await findSegments(file)
    const sizes = await Promise.all(segments.map(async ({ path }) => (await stat(path)).size))
    let total = sizes.reduce((sum, size) => sum + size, 0)
    for (const [index, { path }] of segments.entries()) {
      if (total + rotate <= keep) return
      await unlink(path)
      total -= sizes[index] ?? 0
    }
  }
}

/** What is left of pieces once some of their bytes were written. */
function behind(pieces: readonly Buffer[], written: number): Buffer[] {
  const left: Buffer[] = []
  let passed = written
  for (const piece of pieces) {
    if (passed < piece.length) left.push(piece.subarray(passed))
    passed = Math.max(0, passed - piece.length)
  }
  return left
}
