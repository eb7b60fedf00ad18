import { join } from 'node:path'
import { createLog, type LogOptions, type SessionLog } from 'hawser/log'
import { onTestFinished } from 'vitest'
import { createFolder } from '../../../../../test/support/folders.js'

/** A log in a folder of its own, both gone when the test ends. */
export async function openLog(
  options: LogOptions = {},
): Promise<{ log: SessionLog; file: string }> {
  const file = join(createFolder(), 'session.hawser')
  return { log: await append(file, options), file }
}

/** A log that goes on in a file. */
export async function append(file: string, options: LogOptions = {}): Promise<SessionLog> {
  const log = await createLog(file, options)
  onTestFinished(() => log.close())
  return log
}
