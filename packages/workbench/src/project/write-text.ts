import { randomUUID } from 'node:crypto'
import { lstat, mkdir, open, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { WorkbenchError } from '../workbench-error.js'

/**
 * Write a file of a project: all of it, or nothing, also when the disk is full or the machine stops.
 *
 * @param folder where it lies; made if it is not there, refused if it is a link
 * @param isNew whether a file that is there already is refused instead of replaced
 */
export async function writeText(
  folder: string,
  name: string,
  text: string,
  isNew: boolean,
): Promise<void> {
  await makeFolder(folder)
  const path = join(folder, name)
  const before = await lstat(path).catch(() => undefined)
  if (before !== undefined && isNew) {
    throw new WorkbenchError('WORKBENCH_NOT_NOW', `${name} is there already: choose another name`)
  }
  if (before !== undefined && !before.isFile()) {
    throw new WorkbenchError('WORKBENCH_NOT_NOW', `${name} is no file: move it elsewhere`)
  }
  const temporary = join(folder, `.${randomUUID()}.tmp`)
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
}

/** @returns rejects with WorkbenchError for what is no folder of its own */
export async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'EEXIST') throw error
  })
  const stats = await lstat(folder)
  if (stats.isDirectory()) return
  const what = stats.isSymbolicLink() ? 'a link' : 'no folder'
  throw new WorkbenchError('WORKBENCH_NOT_NOW', `${folder} is ${what}: put a folder there`)
}
