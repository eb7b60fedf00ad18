import { Buffer } from 'node:buffer'
import type { FileHandle } from 'node:fs/promises'
import { LogError } from '../../errors.js'
import { stepBack } from '../files/tail.js'
import { BlockWalk, type PlacedBlock } from '../files/walk.js'
import { decodeFileHeader } from '../format/file-header.js'
import { fileHeaderSize, largestBlock } from '../format/layout.js'
import type { LogPlace } from './log-place.js'

/** Where a file that has rows already goes on. */
export interface Resumed {
  readonly id: Uint8Array
  readonly place: Omit<LogPlace, 'segment'>
  /** The time of its last row. */
  readonly lastTime: number
}

/**
 * Where to go on behind the last whole block of a file: a process that crashed may have left part of one.
 * That part is cut off. More than one block would not be a crash, and is left alone.
 *
 * @throws LogError `HAWSER_LOG_INVALID` for a file that is no log, or is damaged in the middle
 */
export async function resume(handle: FileHandle, file: string, size: number): Promise<Resumed> {
  const first = Buffer.alloc(Math.min(size, fileHeaderSize))
  await handle.read(first, 0, first.length, 0)
  const { length, created, id, firstRow, ...header } = decodeFileHeader(first, file)
  const walk = new BlockWalk(handle, { at: length, nextRow: firstRow, previous: 0 })
  let { connections } = header
  let last: PlacedBlock | undefined
  for (;;) {
    const block = await walk.next(size)
    if (block === undefined) break
    last = block
    connections = Math.max(connections, block.header.highest)
  }
  // The header of a block may have reached the disk, and its data not.
  if (last !== undefined) last = await stepBack(handle, walk, last)
  if (size - walk.at > largestBlock) throw damaged(file, walk.at, size)
  if (size > walk.at) await handle.truncate(walk.at)
  const { at, previous, nextRow } = walk
  const lastTime = Math.max(created, last?.header.to ?? 0)
  return { id, place: { at, previous, nextRow, connections }, lastTime }
}

function damaged(file: string, at: number, size: number): LogError {
  const what = `${file} is damaged at byte ${at}, with ${size - at} bytes behind it`
  return new LogError('HAWSER_LOG_INVALID', what, {
    op: 'open',
    remedy: 'read it as far as it goes, and log to another file',
  })
}
