import { readlinkSync } from 'node:fs'
import { dirname } from 'node:path'
import { LogError, textOf } from '../../errors.js'

const reasons: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full',
  EDQUOT: 'the quota of the disk is used up',
  EFBIG: 'the file is as large as a file may be here',
  EROFS: 'the file system is read-only',
  EACCES: 'the operating system does not permit it',
  EPERM: 'the operating system does not permit it',
  EISDIR: 'it is a folder',
  EMFILE: 'the process has too many open files',
  EIO: 'the disk failed',
}

function reasonOf(cause: unknown): string {
  const { code = '', path = '' } = cause as NodeJS.ErrnoException
  if (code === 'ENOENT') return reasonOfLink(cause) ?? `the folder ${dirname(path)} does not exist`
  const reason = reasons[code]
  return reason === undefined ? textOf(cause) : `${reason} (${code})`
}

/** A link that leads nowhere is there, and what it leads to is not. */
function reasonOfLink(cause: unknown): string | undefined {
  const { code, path } = cause as NodeJS.ErrnoException
  if (code !== 'ENOENT' || path === undefined) return undefined
  try {
    return `it is a symbolic link to ${readlinkSync(path)}, which does not exist`
  } catch {
    return undefined
  }
}

function remedyOf(cause: unknown, otherwise: string): string | undefined {
  if ((cause as NodeJS.ErrnoException).code !== 'ENOENT') return undefined
  return reasonOfLink(cause) === undefined ? otherwise : 'remove the link, or make what it leads to'
}

/** A log that could not be opened. */
export function openFailure(file: string, cause: unknown): LogError {
  if (cause instanceof LogError) return cause
  const what = `the log ${file} cannot be opened: ${reasonOf(cause)}`
  const remedy = remedyOf(cause, 'make it first')
  return new LogError('HAWSER_LOG_FAILED', what, { op: 'open', remedy, cause })
}

/** A log that stops. */
export function writeFailure(file: string, bytes: number, cause: unknown): LogError {
  const what = `the log ${file} has stopped after ${bytes} bytes: ${reasonOf(cause)}`
  const remedy = 'what is logged from now on is left out; make room, and make a new log'
  return new LogError('HAWSER_LOG_FAILED', what, { op: 'write', remedy, cause })
}

/** A log that cannot be read. */
export function readFailure(file: string, cause: unknown): LogError {
  if (cause instanceof LogError) return cause
  const { code } = cause as NodeJS.ErrnoException
  const isMissing = code === 'ENOENT' && reasonOfLink(cause) === undefined
  const reason = isMissing ? 'it does not exist' : reasonOf(cause)
  const remedy = remedyOf(cause, 'check the name')
  const what = `the log ${file} cannot be read: ${reason}`
  return new LogError('HAWSER_LOG_FAILED', what, { op: 'read', remedy, cause })
}

/** A block that is not what its checksum says, or leads outside itself. */
export function damagedBlock(file: string, at: number, why: string): LogError {
  return new LogError('HAWSER_LOG_INVALID', `${file} is damaged at byte ${at}: ${why}`, {
    op: 'read',
    remedy: 'what is in front of it can be read',
  })
}
