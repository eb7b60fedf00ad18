import { Buffer } from 'node:buffer'
import type { FileHandle } from 'node:fs/promises'
import { type BlockHeader, decodeBlockHeader, hasRightChecksum } from '../format/block-header.js'
import { blockHeaderSize } from '../format/layout.js'

/** A block, and where it is in its file. */
export interface PlacedBlock {
  readonly at: number
  readonly header: BlockHeader
}

/** Headers are read this many bytes at a time, so that small blocks do not cost a read each. */
const stride = 8 * 1024

/**
 * Walks from header to header. It stops at the end of the file, and where a block is cut off, does not
 * begin with a header, or does not follow the one before.
 */
export class BlockWalk {
  /** Where the next block begins, or would begin. */
  at: number
  /** The number of its first row; unknown before the first block of a file. */
  nextRow: number
  /** Where the block before begins; 0 for none. */
  previous: number
  readonly #file: FileHandle
  readonly #buffer = Buffer.allocUnsafeSlow(stride)
  #from = 0
  #length = 0

  constructor(file: FileHandle, place: { at: number; nextRow: number; previous: number }) {
    this.#file = file
    this.at = place.at
    this.nextRow = place.nextRow
    this.previous = place.previous
  }

  /**
   * The block at `at`, which it then passes.
   *
   * @param size bytes of the file that may be looked at
   * @returns undefined where it stops; it may be asked again when the file has grown
   */
  async next(size: number): Promise<PlacedBlock | undefined> {
    if (this.at + blockHeaderSize > size) return undefined
    const header = (await this.#read()) ?? (await this.#read(true))
    if (header === undefined || this.at + header.size > size) return undefined
    if (header.firstRow !== this.nextRow || header.previous !== this.previous) return undefined
    const block = { at: this.at, header }
    this.previous = this.at
    this.at += header.size
    this.nextRow = header.firstRow + header.rows
    return block
  }

  /** Go back to before a block, to walk over it again. */
  rewind({ at, header }: PlacedBlock): void {
    this.at = at
    this.nextRow = header.firstRow
    this.previous = header.previous
    this.#length = 0
  }

  /** What is in the buffer may be from before the file grew: it is believed only if it is a header. */
  async #read(afresh = false): Promise<BlockHeader | undefined> {
    const isHere = this.at >= this.#from && this.at + blockHeaderSize <= this.#from + this.#length
    if (afresh || !isHere) {
      const { bytesRead } = await this.#file.read(this.#buffer, 0, stride, this.at)
      this.#from = this.at
      this.#length = bytesRead
    }
    return decodeBlockHeader(this.#buffer.subarray(0, this.#length), this.at - this.#from)
  }
}

/**
 * Read a whole block.
 *
 * @param into has room for it
 * @returns undefined if its checksum is wrong, or the file is shorter by now
 */
export async function readBlock(
  file: FileHandle,
  { at, header }: PlacedBlock,
  into: Buffer,
): Promise<Buffer | undefined> {
  const { bytesRead } = await file.read(into, 0, header.size, at)
  const block = into.subarray(0, header.size)
  return bytesRead === header.size && hasRightChecksum(block) ? block : undefined
}
