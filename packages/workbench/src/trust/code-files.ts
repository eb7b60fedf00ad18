import { Buffer } from 'node:buffer'
import { createHash } from 'node:crypto'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { WorkbenchError } from '../workbench-error.js'
import { readOwnFile } from './read-own-file.js'

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
  /** Those of each file alone. */
  readonly hashes: ReadonlyMap<string, string>
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
  const hashes = new Map<string, string>()
  let size = 0
  for (const file of files) {
    const bytes = await read(root, file)
    size += bytes.length
    if (size > mostBytes) throw tooMuch(`more than ${mostBytes} bytes`)
    hash.update(`${Buffer.byteLength(file)} ${file} ${bytes.length} `).update(bytes)
    hashes.set(file, createHash('sha256').update(bytes).digest('hex'))
  }
  return { files, hash: hash.digest('hex'), hashes }
}

async function read(root: string, file: string): Promise<Buffer> {
  try {
    return await readOwnFile(join(root, file), mostBytes)
  } catch (error) {
    if (error instanceof WorkbenchError) throw refused(`${file} ${error.message}`)
    throw error
  }
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
