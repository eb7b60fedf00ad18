import { rmSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createLog, type MaskRule, type SessionLog } from 'hawser/log'

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
  // Only the user may enter it: mkdtemp(3) makes it with mode 0700.
  const folder = await mkdtemp(join(tmpdir(), 'hawser-workbench-'))
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
