import { randomBytes } from 'node:crypto'
import { chmod, link, mkdir, open, readFile, rename, rm, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { CommandError, codeOf } from '../failure.js'

const onlyOwner = 0o600
const onlyOwnerFolder = 0o700

/** Make a folder that only its owner may enter, if it is not there. */
export async function makeFolder(folder: string): Promise<void> {
  try {
    await makeFolders(folder)
  } catch (error) {
    throw failed('make the folder', folder, error)
  }
}

/** Not `recursive`, which never returns where a folder is missing and cannot be made, as in /proc. */
async function makeFolders(folder: string): Promise<void> {
  const parent = dirname(folder)
  try {
    await mkdir(folder, { mode: onlyOwnerFolder })
  } catch (error) {
    if (codeOf(error) === 'EEXIST' && (await stat(folder)).isDirectory()) return
    if (codeOf(error) !== 'ENOENT' || parent === folder) throw error
    await makeFolders(parent)
    await mkdir(folder, { mode: onlyOwnerFolder })
  }
}

/** Let only its owner enter or read it. */
export async function restrict(path: string, folder: boolean): Promise<void> {
  try {
    await chmod(path, folder ? onlyOwnerFolder : onlyOwner)
  } catch (error) {
    throw failed('restrict', path, error)
  }
}

/** @returns undefined when there is no such file */
export async function readText(file: string): Promise<string | undefined> {
  try {
    return await readFile(file, 'utf8')
  } catch (error) {
    const code = codeOf(error)
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw failed('read', file, error)
  }
}

/** Write a file that is there as a whole or not at all, for its owner only. */
export async function replaceFile(file: string, text: string): Promise<void> {
  await withTemporary(file, text, (temporary) => rename(temporary, file))
}

/** The same, if there is no such file; one that appears meanwhile is left as it is. */
export async function createFile(file: string, text: string): Promise<void> {
  await withTemporary(file, text, async (temporary) => {
    try {
      await link(temporary, file)
    } catch (error) {
      if (codeOf(error) === 'EEXIST') return
      // A file system without hard links.
      await rename(temporary, file)
    }
  })
}

async function withTemporary(
  file: string,
  text: string,
  put: (temporary: string) => Promise<void>,
): Promise<void> {
  const temporary = `${file}.${process.pid}-${randomBytes(4).toString('hex')}`
  try {
    const handle = await open(temporary, 'wx', onlyOwner)
    try {
      await handle.writeFile(text)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await put(temporary)
  } catch (error) {
    throw failed('write', file, error)
  } finally {
    await rm(temporary, { force: true }).catch(() => {})
  }
}

function failed(what: string, path: string, error: unknown): CommandError {
  const { message } = error as Error
  // Node's message repeats the path behind a comma.
  const why = message.replace(/, \w+ '.*$/, '')
  return new CommandError(
    `cannot ${what} ${path}: ${why}`,
    'check who may write there, choose another folder with hawser cert --out DIR, or set XDG_CACHE_HOME',
  )
}
