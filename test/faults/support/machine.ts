import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** Where a program is, or undefined if this machine has none. */
export function findProgram(name: string): string | undefined {
  // /usr/sbin is where `ip` and `tc` live, and a plain user's PATH lacks it.
  for (const folder of [...(process.env['PATH'] ?? '').split(delimiter), '/usr/sbin', '/sbin']) {
    const path = join(folder, name)
    try {
      accessSync(path, constants.X_OK)
      if (folder !== '') return path
    } catch {
      // Not here.
    }
  }
  return undefined
}
