import { Buffer } from 'node:buffer'
import { lstat, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import {
  type FileOf,
  type ProjectFolder,
  projectFiles,
  type ProjectProblem,
} from '../protocol/project.js'
import { WorkbenchError } from '../workbench-error.js'
import { parseFile } from './parse-file.js'
import { readText } from './read-text.js'

/** Files that are read of a folder, and bytes of each. */
const mostFiles = 500
export const mostBytes = 1024 * 1024
/** Bytes of all messages and sequences: each page gets all of them. */
const mostSaved = 2 * 1024 * 1024

/** A file, and what is in it. */
export interface ProjectFile<Folder extends ProjectFolder = ProjectFolder> {
  readonly folder: Folder
  /** Below the folder of the project. */
  readonly file: string
  readonly value: FileOf<Folder>
}

export interface ScannedProject {
  readonly files: readonly ProjectFile[]
  readonly problems: readonly ProjectProblem[]
}

export const folders = Object.keys(projectFiles) as ProjectFolder[]

/** Read all files of a project. What is wrong with one is among the problems. */
export async function scanProject(root: string): Promise<ScannedProject> {
  const files: ProjectFile[] = []
  const problems: ProjectProblem[] = []
  let saved = 0
  for (const folder of folders) {
    const names = await namesIn(root, folder, '.json', problems)
    for (const name of names) {
      const file = `${folder}/${name}`
      try {
        const text = await readText(join(root, folder, name), mostBytes)
        const value = parseFile(folder, text)
        if (!isOfSession(folder)) saved = addSaved(saved, Buffer.byteLength(text))
        files.push({ folder, file, value })
      } catch (error) {
        problems.push({ file, message: error instanceof Error ? error.message : String(error) })
      }
    }
  }
  return { files: withoutTwins(files, problems), problems }
}

/** @throws WorkbenchError when it is too much together */
function addSaved(saved: number, more: number): number {
  if (saved + more <= mostSaved) return saved + more
  const text = `is left out: messages and sequences have ${mostSaved} bytes at most, so delete some`
  throw new WorkbenchError('WORKBENCH_INVALID', text)
}

/** The names of the files of a folder, in their order. */
export async function namesIn(
  root: string,
  folder: string,
  ending: string,
  problems: ProjectProblem[],
): Promise<string[]> {
  const path = join(root, folder)
  const complain = (message: string): string[] => {
    problems.push({ file: `${folder}/`, message })
    return []
  }
  try {
    const stats = await lstat(path)
    if (stats.isSymbolicLink()) return complain('is a link: put the folder itself there')
    if (!stats.isDirectory()) return complain('is no folder: move it elsewhere')
    const all = (await readdir(path)).filter((name) => isOwn(name, ending)).toSorted()
    if (all.length > mostFiles) {
      complain(`has ${all.length} files, of which the first ${mostFiles} are read: take some out`)
    }
    return all.slice(0, mostFiles)
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    return code === 'ENOENT' ? [] : complain(message)
  }
}

/** What editors and we ourselves make while they write begins with a dot. */
function isOwn(name: string, ending: string): boolean {
  return name.endsWith(ending) && !name.startsWith('.')
}

/** Sessions are spoken of by their names, and so are messages and sequences. */
function withoutTwins(files: readonly ProjectFile[], problems: ProjectProblem[]): ProjectFile[] {
  const seen = new Map<string, string>()
  return files.filter(({ folder, file, value: { name } }) => {
    const key = `${isOfSession(folder) ? 'session' : folder} ${name}`
    const first = seen.get(key)
    if (first === undefined) seen.set(key, file)
    else {
      const message = `name: ${name} is the name in ${first} too: choose another one`
      problems.push({ file, message })
    }
    return first === undefined
  })
}

export function isOfSession(folder: ProjectFolder): folder is 'servers' | 'clients' | 'proxies' {
  return folder === 'servers' || folder === 'clients' || folder === 'proxies'
}
