import { Buffer } from 'node:buffer'
import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { WorkbenchError } from '../workbench-error.js'

/** Bytes that are read at once. */
const pieceSize = 65_536

/**
 * A file of a folder that a stranger may have made: a file of its own, and no link, which could lead elsewhere, to what
 * has no end.
 *
 * @param most bytes that it may have
 * @returns rejects with WorkbenchError for what is none, or is larger; with what the system says
 */
export async function readOwnFile(path: string, most: number): Promise<Buffer> {
  const before = await lstat(path)
  if (before.isSymbolicLink()) throw refuse('is a link: put the file itself there')
  if (!before.isFile()) throw refuse('is no file: move it elsewhere')
  // It may have been exchanged for a link, or for a pipe that never ends, since.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const file = await open(path, flags)
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw refuse('is no file: move it elsewhere')
    const pieces: Buffer[] = []
    let size = 0
    for (;;) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(pieceSize), 0, pieceSize)
      if (bytesRead === 0) return Buffer.concat(pieces)
      size += bytesRead
      if (size > most) {
        throw refuse(`has ${stats.size} bytes, and at most ${most} may be: make it smaller`)
      }
      pieces.push(buffer.subarray(0, bytesRead))
    }
  } finally {
    await file.close()
  }
}

function refuse(why: string): WorkbenchError {
  return new WorkbenchError('WORKBENCH_INVALID', why)
}
