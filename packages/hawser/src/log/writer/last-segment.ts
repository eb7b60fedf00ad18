import { randomBytes } from 'node:crypto'
import { type FileHandle, open, unlink } from 'node:fs/promises'
import { LogError } from '../../errors.js'
import { findSegments, type Segment, segmentPath } from '../files/segments.js'
import { encodeFileHeader } from '../format/file-header.js'
import { fileHeaderSize } from '../format/layout.js'
import { mode } from './log-place.js'
import { type Resumed, resume } from './resume.js'

/** The file that a log goes on in, and where. */
export interface LastSegment extends Resumed {
  readonly handle: FileHandle
  readonly segment: number
}

/**
 * Open the newest file of a log, or make the first one.
 *
 * @param isRotated whether the first one is numbered
 */
export async function openLast(file: string, isRotated: boolean): Promise<LastSegment> {
  for (const segment of (await findSegments(file)).toReversed()) {
    const last = await openSegment(segment)
    if (last !== undefined) return last
    // Begun and not written to, before a crash: the one before it says where to go on.
    await unlink(segment.path)
  }
  return makeSegment(file, isRotated ? 1 : 0)
}

/** @returns undefined if it is empty */
async function openSegment({ path, number }: Segment): Promise<LastSegment | undefined> {
  const handle = await open(path, 'r+')
  try {
    const stat = await handle.stat()
    if (!stat.isFile()) throw notAFile(path)
    if (stat.size > 0) {
      const resumed = await resume(handle, path, stat.size)
      // What is written from now on may be secret. Not every file system, and not every owner, lets it be said.
      await handle.chmod(mode).catch(() => {})
      return { handle, segment: number, ...resumed }
    }
  } catch (cause) {
    await handle.close()
    throw cause
  }
  await handle.close()
  return undefined
}

async function makeSegment(file: string, segment: number): Promise<LastSegment> {
  const handle = await open(segmentPath(file, segment), 'wx', mode)
  const id = randomBytes(16)
  const header = encodeFileHeader({ created: Date.now(), id, firstRow: 0, connections: 0 })
  try {
    await handle.write(header, 0, header.length, 0)
  } catch (cause) {
    await handle.close()
    throw cause
  }
  const place = { at: fileHeaderSize, previous: 0, nextRow: 0, connections: 0 }
  return { handle, segment, id, place, lastTime: 0 }
}

function notAFile(path: string): LogError {
  return new LogError('HAWSER_LOG_FAILED', `${path} is not a file`, {
    op: 'open',
    remedy: 'pass the name of a file, which is made if it is not there',
  })
}
