import { Buffer } from 'node:buffer'
import { damagedBlock, readFailure } from '../files/log-errors.js'
import type { Segment } from '../files/segments.js'
import { BlockWalk, type PlacedBlock, readBlock } from '../files/walk.js'
import { type OpenSegment, openSegment } from './open-segment.js'
import type { IndexEntry } from './sparse-index.js'

/** Goes through the blocks of a log, from file to file. */
export class BlockCursor {
  readonly #segments: readonly Segment[]
  readonly #endRow: number
  #place: IndexEntry | undefined
  #open:
    | { readonly segment: OpenSegment; readonly walk: BlockWalk; readonly size: number }
    | undefined

  /**
   * @param start the block to begin with
   * @param endRow the number behind the last row that was found to be whole
   */
  constructor(segments: readonly Segment[], start: IndexEntry | undefined, endRow: number) {
    this.#segments = segments
    this.#place = start
    this.#endRow = endRow
  }

  /** The file that the last block is in. */
  get path(): string {
    return this.#open?.segment.path ?? ''
  }

  async next(): Promise<PlacedBlock | undefined> {
    for (;;) {
      if (this.#open === undefined && !(await this.#enter())) return undefined
      const { walk, size, segment } = this.#open!
      if (walk.nextRow < this.#endRow) {
        const block = await walk.next(size).catch((cause: unknown) => {
          throw readFailure(segment.path, cause)
        })
        if (block !== undefined) return block
      }
      await this.#leave()
    }
  }

  /**
   * The whole block.
   *
   * @param into memory that may be used for it, if it has room
   * @throws LogError for a wrong checksum
   */
  async read(
    block: PlacedBlock,
    into: Buffer = Buffer.allocUnsafeSlow(block.header.size),
  ): Promise<Buffer> {
    const bytes = await this.#guard(readBlock(this.#handle, block, into))
    if (bytes === undefined) throw damagedBlock(this.path, block.at, 'its checksum is wrong')
    return bytes
  }

  /** Some bytes of a block, whose checksum is not looked at. */
  async readPart(block: PlacedBlock, from: number, length: number): Promise<Buffer> {
    const part = Buffer.allocUnsafeSlow(length)
    const { bytesRead } = await this.#guard(this.#handle.read(part, 0, length, block.at + from))
    if (bytesRead < length)
      throw damagedBlock(this.path, block.at, 'the file is shorter than it was')
    return part
  }

  async close(): Promise<void> {
    const open = this.#open
    this.#open = undefined
    await open?.segment.handle.close()
  }

  get #handle(): OpenSegment['handle'] {
    return this.#open!.segment.handle
  }

  async #guard<Value>(reading: Promise<Value>): Promise<Value> {
    try {
      return await reading
    } catch (cause) {
      throw readFailure(this.path, cause)
    }
  }

  /** A file that was deleted in between, because no more may be kept, is passed over. */
  async #enter(): Promise<boolean> {
    while (this.#place !== undefined) {
      const place = this.#place
      const found = this.#segments.find(({ number }) => number === place.segment)
      const segment = found && (await openSegment(found.path, found.number).catch(unlessGone))
      if (segment !== undefined) {
        const { size } = await segment.handle.stat()
        const { firstRow, length } = segment.header
        const start = { at: place.at, nextRow: place.firstRow, previous: place.previous }
        const walk = new BlockWalk(
          segment.handle,
          place.at > 0 ? start : { at: length, nextRow: firstRow, previous: 0 },
        )
        this.#open = { segment, walk, size }
        return true
      }
      this.#place = this.#behind(place.segment)
    }
    return false
  }

  async #leave(): Promise<void> {
    const left = this.#open?.segment.number ?? 0
    await this.close()
    this.#place = this.#behind(left)
  }

  /** The beginning of the file behind this one. */
  #behind(segment: number): IndexEntry | undefined {
    const next = this.#segments.find(({ number }) => number > segment)
    return next && { segment: next.number, at: 0, firstRow: 0, previous: 0 }
  }
}

function unlessGone(error: unknown): undefined {
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException
  if (code !== 'ENOENT') throw error
}
