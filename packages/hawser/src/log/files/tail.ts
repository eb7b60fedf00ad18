import { Buffer } from 'node:buffer'
import type { FileHandle } from 'node:fs/promises'
import { decodeBlockHeader } from '../format/block-header.js'
import { blockHeaderSize } from '../format/layout.js'
import { type BlockWalk, type PlacedBlock, readBlock } from './walk.js'

/** As many blocks are looked at from behind: a machine that lost its power has written few of them. */
const mostSteps = 64

/**
 * Step back over the last blocks whose checksum is wrong: their headers have reached the disk, and their
 * data not, or not yet.
 *
 * @param last the block that the walk passed last
 * @returns the last whole one, behind which the walk stands then; undefined if there is none
 */
export async function stepBack(
  file: FileHandle,
  walk: BlockWalk,
  last: PlacedBlock,
): Promise<PlacedBlock | undefined> {
  let block: PlacedBlock | undefined = last
  for (let step = 0; block !== undefined && step < mostSteps; step++) {
    if ((await readBlock(file, block, Buffer.allocUnsafe(block.header.size))) !== undefined) break
    walk.rewind(block)
    block = await blockBefore(file, block)
  }
  return block
}

async function blockBefore(file: FileHandle, block: PlacedBlock): Promise<PlacedBlock | undefined> {
  const { previous, firstRow } = block.header
  if (previous === 0) return undefined
  const bytes = Buffer.alloc(blockHeaderSize)
  await file.read(bytes, 0, blockHeaderSize, previous)
  const header = decodeBlockHeader(bytes, 0)
  const follows = header !== undefined && header.firstRow + header.rows === firstRow
  return follows ? { at: previous, header } : undefined
}
