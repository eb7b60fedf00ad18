import { rmSync } from 'node:fs'
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, type LogOptions, type SessionLog } from 'hawser/log'
import { WorkbenchError } from './workbench-error.js'

/** Bytes that a temporary log may take on the disk. */
const usualLimit = 1024 ** 3
/** A block of a log may have more than 1 MiB, and there are several files. */
const leastLimit = 16 * 1024 ** 2
/** Of what a log may take, a file has so much: as much is gone when its oldest one is deleted. */
const files = 8

/** What temporary folders are called, with the number of their process behind it. */
const prefix = 'hawser-workbench-'

/** The log that all sessions write. */
export interface WorkbenchLog {
  readonly log: SessionLog
  readonly file: string
  /** A temporary one is deleted. Never rejects. */
  readonly close: () => Promise<void>
}

/** What a log is opened with. */
export interface WorkbenchLogOptions extends Pick<LogOptions, 'mask'> {
  /** A temporary one without it, which is deleted at the end. */
  readonly file: string | undefined
  /** Bytes that it may take on the disk: its oldest rows are deleted. Default: 1 GiB for a temporary one, or no limit. */
  readonly limit: number | undefined
}

/**
 * @param stopped called when it cannot be written any more
 * @returns rejects with LogError, and with WorkbenchError for a limit that is too small
 */
export async function openWorkbenchLog(
  { file, mask, limit = file === undefined ? usualLimit : Infinity }: WorkbenchLogOptions,
  stopped: (message: string) => void,
): Promise<WorkbenchLog> {
  if (!(limit >= leastLimit)) {
    const text = `logLimit is ${limit}: a log takes ${leastLimit} bytes, 16 MiB, or more`
    throw new WorkbenchError('WORKBENCH_INVALID', text)
  }
  const onError = ({ message }: Error): void => stopped(message)
  const rotation = limit === Infinity ? {} : { rotate: Math.floor(limit / files), keep: limit }
  const options = { mask, onError, ...rotation }
  if (file !== undefined) {
    const log = await createLog(file, options)
    return { log, file, close: () => log.close() }
  }
  await removeLeftovers()
  // Only the user may enter it: mkdtemp(3) makes it with mode 0700.
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
  const atExit = (): void => rmSync(folder, { recursive: true, force: true })
  process.once('exit', atExit)
  const temporary = join(folder, 'session.hawser')
  const log = await createLog(temporary, options)
  return {
    log,
    file: temporary,
    close: async () => {
      await log.close()
      process.off('exit', atExit)
      await rm(folder, { recursive: true, force: true }).catch(() => undefined)
    },
  }
}

/** Folders of processes that were killed before they could delete them. Never rejects. */
async function removeLeftovers(): Promise<void> {
  const names = await readdir(tmpdir()).catch(() => [])
  for (const name of names) {
    const pid = name.startsWith(prefix) ? Number.parseInt(name.slice(prefix.length), 10) : NaN
    if (!isGone(pid)) continue
    const folder = join(tmpdir(), name)
    // All users make folders there: that of another one is not entered.
    const uid = await lstat(folder)
      .then((stats) => stats.uid)
      .catch(() => undefined)
    if (uid !== process.getuid?.()) continue
    await rm(folder, { recursive: true, force: true }).catch(() => undefined)
  }
}

function isGone(pid: number): boolean {
  try {
    return Number.isSafeInteger(pid) && pid > 0 && !process.kill(pid, 0)
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH'
  }
}
