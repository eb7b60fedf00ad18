import { rmSync } from 'node:fs'
import { lstat, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, type MaskRule, type SessionLog } from 'hawser/log'

/** What temporary folders are called, with the number of their process behind it. */
const prefix = 'hawser-workbench-'

/** The log that all sessions write. */
export interface WorkbenchLog {
  readonly log: SessionLog
  readonly file: string
  /** A temporary one is deleted. Never rejects. */
  readonly close: () => Promise<void>
}

/**
 * @param file a temporary one without it, which is deleted at the end
 * @param mask what must not be in it
 * @param stopped called when it cannot be written any more
 * @returns rejects with LogError
 */
export async function openWorkbenchLog(
  file: string | undefined,
  mask: readonly MaskRule[] | undefined,
  stopped: (message: string) => void,
): Promise<WorkbenchLog> {
  const onError = ({ message }: Error): void => stopped(message)
  if (file !== undefined) {
    const log = await createLog(file, { mask, onError })
    return { log, file, close: () => log.close() }
  }
  await removeLeftovers()
  // Only the user may enter it: mkdtemp(3) makes it with mode 0700.
  const folder = await mkdtemp(join(tmpdir(), `${prefix}${process.pid}-`))
  const atExit = (): void => rmSync(folder, { recursive: true, force: true })
  process.once('exit', atExit)
  const temporary = join(folder, 'session.hawser')
  const log = await createLog(temporary, { mask, onError })
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
