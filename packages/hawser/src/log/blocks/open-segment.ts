import { Buffer } from 'node:buffer'
import { type FileHandle, open, stat } from 'node:fs/promises'
import { LogError } from '../../errors.js'
import { type FileHeader, decodeFileHeader } from '../format/file-header.js'
import { fileHeaderSize } from '../format/layout.js'
import { readFailure } from '../files/log-errors.js'

/** One file of a log, open for reading. */
export interface OpenSegment {
  readonly path: string
  readonly number: number
  readonly handle: FileHandle
  readonly header: FileHeader
}

/**
 * @returns undefined if it is empty: its writer has not begun
 * @throws LogError
 */
export async function openSegment(path: string, number: number): Promise<OpenSegment | undefined> {
  // To open a pipe would wait for its writer.
  const found = await stat(path).catch((cause: unknown) => {
    throw readFailure(path, cause)
  })
  if (!found.isFile()) {
    const text = `${path} is not a file`
    throw new LogError('HAWSER_LOG_FAILED', text, {
      op: 'open',
      remedy: 'pass a log, or its folder',
    })
  }
  const handle = await open(path, 'r').catch((cause: unknown) => {
    throw readFailure(path, cause)
  })
  try {
    const bytes = Buffer.alloc(fileHeaderSize)
    const { bytesRead } = await handle.read(bytes, 0, fileHeaderSize, 0)
    if (bytesRead > 0) {
      const header = decodeFileHeader(bytes.subarray(0, bytesRead), path)
      return { path, number, handle, header }
    }
  } catch (cause) {
    await handle.close()
    throw readFailure(path, cause)
  }
  await handle.close()
  return undefined
}
