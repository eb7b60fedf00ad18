import { constants } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import { WorkbenchError } from '../workbench-error.js'

/**
 * A file of a project: a file of its own, and no link, which could lead out of the folder.
 *
 * @param most bytes that it may have
 * @returns rejects with WorkbenchError for what is none, or is larger; with what the system says
 */
export async function readText(path: string, most: number): Promise<string> {
  const before = await lstat(path)
  if (before.isSymbolicLink()) throw refuse('is a link: put the file itself there')
  if (!before.isFile()) throw refuse('is no file: move it elsewhere')
  // It may have been exchanged for a link, or for a pipe that never ends, since.
  const flags = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)
  const file = await open(path, flags)
  try {
    const stats = await file.stat()
    if (!stats.isFile()) throw refuse('is no file: move it elsewhere')
    const bytes = Buffer.alloc(most + 1)
    let size = 0
    for (;;) {
      const { bytesRead } = await file.read(bytes, size, bytes.length - size)
      if (bytesRead === 0) break
      size += bytesRead
      if (size > most) {
        throw refuse(`has ${stats.size} bytes, and at most ${most} may be: make it smaller`)
      }
    }
    return bytes.toString('utf8', 0, size)
  } finally {
    await file.close()
  }
}

function refuse(why: string): WorkbenchError {
  return new WorkbenchError('WORKBENCH_INVALID', why)
}
