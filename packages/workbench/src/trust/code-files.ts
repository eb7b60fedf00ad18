import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { lstat, readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { WorkbenchError } from '../workbench-error.js'

/** Where the code of a project is. */
export const codeFolder = 'responders'

/** Files that are looked at, their bytes, and folders inside of each other. */
const mostFiles = 500
const mostBytes = 16 * 1024 * 1024
const deepest = 8

/** The code of a folder, as it is now. */
export interface Code {
  /** Below the folder of the project, in their order. */
  readonly files: readonly string[]
  /** The SHA-256 of all of them, with their names. */
  readonly hash: string
}

/**
 * All files of `responders/`, whatever they are called: one may load the other.
 *
 * @returns undefined where there is none; rejects with WorkbenchError for links, and for more than can be looked at
 */
export async function readCode(root: string): Promise<Code | undefined> {
  const files = await list(root, codeFolder, 1)
  if (files.length === 0) return undefined
  const hash = createHash('sha256')
  let size = 0
  for (const file of files) {
    size += (await lstat(join(root, file))).size
    if (size > mostBytes) throw tooMuch(`more than ${mostBytes} bytes`)
    const bytes = await readFile(join(root, file))
    hash.update(`${Buffer.byteLength(file)} ${file} ${bytes.length} `).update(bytes)
  }
  return { files, hash: hash.digest('hex') }
}

async function list(root: string, folder: string, depth: number): Promise<string[]> {
  const stats = await lstat(join(root, folder)).catch(() => undefined)
  if (stats === undefined) return []
  if (!stats.isDirectory()) throw refused(`${folder} is no folder of its own: put one there`)
  if (depth > deepest) throw tooMuch(`folders more than ${deepest} deep`)
  const files: string[] = []
  const entries = await readdir(join(root, folder), { withFileTypes: true })
  for (const entry of entries.toSorted((one, other) => (one.name < other.name ? -1 : 1))) {
    const file = `${folder}/${entry.name}`
    if (entry.isDirectory()) files.push(...(await list(root, file, depth + 1)))
    else if (entry.isFile()) files.push(file)
    else throw refused(`${file} is a link, or no file: what it leads to may change unseen`)
    if (files.length > mostFiles) throw tooMuch(`more than ${mostFiles} files`)
  }
  return files
}

function tooMuch(what: string): WorkbenchError {
  return refused(`${codeFolder}/ has ${what}, which are not looked through: take some out`)
}

function refused(text: string): WorkbenchError {
  return new WorkbenchError('WORKBENCH_NOT_NOW', text)
}
