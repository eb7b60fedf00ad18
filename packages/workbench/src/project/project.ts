import { realpath, rm, stat } from 'node:fs/promises'
import { basename, join } from 'node:path'
import type { FileOf, ProjectFolder, ProjectState } from '../protocol/project.js'
import { Script } from '../scripts/script.js'
import { ProjectCode } from '../trust/project-code.js'
import type { TrustedFolders } from '../trust/trusted.js'
import { WorkbenchError } from '../workbench-error.js'
import { ignoreInGit } from './ignored.js'
import { parseFile } from './parse-file.js'
import type { ProjectSessions } from './project-sessions.js'
import { readText } from './read-text.js'
import { mostBytes, type ProjectFile, scanProject } from './scan.js'
import { isSame } from './session-file.js'
import { SessionFiles } from './session-files.js'
import { makeFolder, writeText } from './write-text.js'

/** What is kept to be sent again. */
export interface SavedFiles {
  readonly messages: readonly FileOf<'messages'>[]
  readonly sequences: readonly FileOf<'sequences'>[]
}

/** How a project is opened. */
export interface ProjectOptions {
  readonly sessions: ProjectSessions
  /** The code that the user trusts. */
  readonly trusted: TrustedFolders
  /** Whether that of this folder is trusted, whatever it is. Default false. */
  readonly isTrusted?: boolean | undefined
  readonly onNotice: (level: 'info' | 'warning' | 'error', text: string) => void
}

/** A folder whose files say what there is to run. Opening it runs nothing. */
export class Project {
  readonly root: string
  readonly #options: ProjectOptions
  readonly #sessions: SessionFiles
  readonly #code: ProjectCode
  readonly #listeners = new Set<() => void>()
  #files: readonly ProjectFile[] = []
  #problems: ProjectState['problems'] = []
  /** What is done with the files is done one after the other. */
  #last: Promise<unknown> = Promise.resolve()
  /** Which of the sessions were other than their files. */
  #lastChanged = ''
  /** Whether it was said what the `.gitignore` lacks. */
  #isTold = false

  private constructor(root: string, options: ProjectOptions) {
    this.root = root
    this.#options = options
    this.#sessions = new SessionFiles(root, options.sessions)
    this.#code = new ProjectCode(root, options.trusted, options.isTrusted === true)
    options.sessions.watch(() => this.#look())
  }

  /** @returns rejects with WorkbenchError for what is no folder */
  static async open(path: string, options: ProjectOptions): Promise<Project> {
    const stats = await stat(path).catch(() => undefined)
    if (stats?.isDirectory() !== true) {
      throw new WorkbenchError('WORKBENCH_INVALID', `${path} is no folder: name one that is there`)
    }
    const project = new Project(await realpath(path), options)
    await project.read()
    return project
  }

  get state(): ProjectState {
    return {
      folder: this.root,
      sessions: this.#sessions.state,
      code: this.#code.state,
      problems: this.#problems,
    }
  }

  /** Messages and sequences, by the names of their files. */
  get saved(): SavedFiles {
    const valuesOf = <Folder extends keyof SavedFiles>(folder: Folder) =>
      this.#files
        .filter((each) => each.folder === folder)
        .map(({ value }) => value as FileOf<Folder>)
    return { messages: valuesOf('messages'), sequences: valuesOf('sequences') }
  }

  /** What is in the file of a session. */
  fileOf(session: number): FileOf<'servers' | 'clients' | 'proxies'> | undefined {
    return this.#sessions.valueOf(session)
  }

  /** Call `listener` when something of it changed. @returns ends it */
  watch(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => {
      this.#listeners.delete(listener)
    }
  }

  /** Read all files again. What runs goes on as it is, and takes what has changed when it is started again. */
  read(): Promise<void> {
    return this.#inTurn(async () => {
      await this.#assertThere()
      const { files, problems } = await scanProject(this.root)
      const { problems: more, waiting } = await this.#sessions.take(files, problems)
      await this.#code.read()
      this.#files = files
      this.#problems = [...problems, ...more]
      this.#changed()
      if (waiting.length > 0) {
        const text = `${waiting.join(', ')}: changed on disk, which holds from the next start on`
        this.#options.onNotice('info', text)
      }
    })
  }

  /** Let code run that has this hash. @returns rejects with WorkbenchError when it has another one by now */
  async trust(hash: string): Promise<void> {
    try {
      await this.#code.trust(hash)
    } finally {
      this.#changed()
    }
  }

  /** Let no code of the folder run any more: what runs is ended. @returns rejects when it cannot be remembered */
  async untrust(): Promise<void> {
    try {
      await this.#code.untrust()
    } finally {
      this.#changed()
    }
  }

  /**
   * Start a file of `responders/`.
   *
   * @param signal aborted to give it up while it is loaded
   * @returns rejects with WorkbenchError when its code may not run
   */
  openScript(name: string, noticed: (text: string) => void, signal?: AbortSignal): Promise<Script> {
    const { revoked } = this.#code
    return Script.start({ name, allow: () => this.#code.allow(name), revoked, noticed }, signal)
  }

  /** Keep a session as it is in its file, or in a new one. @returns the file */
  save(session: number): Promise<string> {
    return this.#inTurn(async () => {
      const saving = await this.#sessions.prepare(session)
      await this.#write(saving.folder, saving.file, saving.value, saving.before)
      this.#sessions.saved(saving)
      this.#changed()
      return saving.file
    })
  }

  /** Messages and sequences from now on: those that are new or changed are written, and those that are gone deleted. */
  write(saved: SavedFiles): Promise<void> {
    return this.#inTurn(async () => {
      await this.#writeAll('messages', saved.messages)
      await this.#writeAll('sequences', saved.sequences)
    })
  }

  /** Start what the files do not keep from it: servers and proxies first, and clients when they run. */
  startAll(): Promise<void> {
    return this.#sessions.startAll()
  }

  async #writeAll<Folder extends keyof SavedFiles>(
    folder: Folder,
    values: readonly FileOf<Folder>[],
  ): Promise<void> {
    await this.#assertThere()
    const wanted = new Map(values.map((value) => [value.name, value]))
    for (const old of this.#files.filter((each) => each.folder === folder)) {
      if (wanted.has(old.value.name)) continue
      await makeFolder(join(this.root, folder))
      await rm(join(this.root, old.file), { force: true })
      this.#files = this.#files.filter((each) => each !== old)
    }
    for (const [name, value] of wanted) {
      const old = this.#files.find((each) => each.folder === folder && each.value.name === name)
      if (isSame(old?.value, value)) continue
      const file = old?.file ?? `${folder}/${name}.json`
      await this.#write(folder, file, value, old?.value)
      this.#files = [...this.#files.filter((each) => each !== old), { folder, file, value }]
    }
  }

  /** A disk that was taken out has no files, which is not to say that they were deleted. */
  async #assertThere(): Promise<void> {
    const stats = await stat(this.root).catch(() => undefined)
    if (stats?.isDirectory() === true) return
    const text = `the folder ${this.root} is not there any more: all stays as it was read last`
    throw new WorkbenchError('WORKBENCH_NOT_NOW', text)
  }

  /** @param before what is thought to be in the file; undefined is no file */
  async #write(
    folder: ProjectFolder,
    file: string,
    value: object,
    before: object | undefined,
  ): Promise<void> {
    await this.#assertThere()
    const path = join(this.root, file)
    if (before !== undefined) {
      await makeFolder(join(this.root, folder))
      const text = await readText(path, mostBytes).catch(absent)
      if (text !== undefined && !isSame(tryParse(folder, text), before)) {
        const why = `${file} was changed on disk: read the project again, and then save`
        throw new WorkbenchError('WORKBENCH_NOT_NOW', why)
      }
    }
    const text = `${JSON.stringify(value, undefined, 2)}\n`
    parseFile(folder, text)
    // First of all: what fails here must not leave a file behind that is not known of.
    const missing = await ignoreInGit(this.root)
    await writeText(join(this.root, folder), basename(file), text, before === undefined)
    if (missing.length === 0 || this.#isTold) return
    this.#isTold = true
    const why = `the .gitignore there does not name ${missing.join(', ')}: logs and keys would get into git`
    this.#options.onNotice('warning', why)
  }

  #inTurn<Value>(act: () => Promise<Value>): Promise<Value> {
    const turn = this.#last.then(act)
    this.#last = turn.catch(() => undefined)
    return turn
  }

  /** A session is changed in the page: it is other than its file, or the same again. */
  #look(): void {
    const changed = this.#sessions.state.map(({ isChanged }) => isChanged).join()
    if (changed === this.#lastChanged) return
    this.#lastChanged = changed
    this.#changed()
  }

  #changed(): void {
    for (const listener of this.#listeners) listener()
  }
}

function absent(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

function tryParse(folder: ProjectFolder, text: string): unknown {
  try {
    return parseFile(folder, text)
  } catch {
    return undefined
  }
}
