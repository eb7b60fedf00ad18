import type { Definition } from '../protocol/definition.js'
import type { ProjectProblem, ProjectSession } from '../protocol/project.js'
import type { SessionState } from '../protocol/session-state.js'
import { WorkbenchError } from '../workbench-error.js'
import type { ProjectSessions } from './project-sessions.js'
import { isOfSession, type ProjectFile } from './scan.js'
import {
  folderOf,
  isSame,
  type SessionFile,
  type SessionFolder,
  toDefinition,
  toFile,
} from './session-file.js'

/** A session that has a file. */
interface Entry {
  readonly session: number
  readonly folder: SessionFolder
  readonly value: SessionFile
  /** What the file says that it is. */
  readonly definition: Definition
}

/** What is to be written. */
export interface Saving {
  readonly session: number
  readonly folder: SessionFolder
  readonly file: string
  readonly value: SessionFile
  /** What is in the file until now. */
  readonly before: SessionFile | undefined
  readonly definition: Definition
}

/** Which session has which file. */
export class SessionFiles {
  readonly #root: string
  readonly #sessions: ProjectSessions
  readonly #entries = new Map<string, Entry>()

  constructor(root: string, sessions: ProjectSessions) {
    this.#root = root
    this.#sessions = sessions
  }

  get state(): readonly ProjectSession[] {
    const definitions = new Map(this.#sessions.all.map(({ id, definition }) => [id, definition]))
    return [...this.#entries].flatMap(([file, { session, definition, value }]) => {
      const now = definitions.get(session)
      if (now === undefined) return []
      const isChanged = now !== definition && !isSame(now, definition)
      return [{ session, file, isChanged, isStarted: value.start !== false }]
    })
  }

  valueOf(session: number): SessionFile | undefined {
    return [...this.#entries.values()].find((entry) => entry.session === session)?.value
  }

  /**
   * Take in what was read.
   *
   * @param problems of files that could not be read: their sessions stay as they are
   * @returns the problems, and the names of those that run as they were before
   */
  async take(
    files: readonly ProjectFile[],
    problems: readonly ProjectProblem[],
  ): Promise<{ readonly problems: ProjectProblem[]; readonly waiting: string[] }> {
    const more: ProjectProblem[] = []
    const waiting: string[] = []
    const present = new Set(problems.map(({ file }) => file))
    for (const { folder, file, value } of files) {
      present.add(file)
      if (!isOfSession(folder)) continue
      try {
        const definition = await toDefinition(folder, value as SessionFile, this.#root)
        const isWaiting = this.#takeOne(file, folder, value as SessionFile, definition)
        if (isWaiting) waiting.push(definition.name)
      } catch (error) {
        more.push({ file, message: error instanceof Error ? error.message : String(error) })
      }
    }
    for (const [file, { session }] of this.#entries) {
      if (present.has(file) || present.has(`${file.split('/')[0]}/`)) continue
      this.#entries.delete(file)
      if (!isRunning(this.#find(session))) await this.#sessions.remove(session).catch(() => {})
    }
    return { problems: more, waiting }
  }

  /** @returns rejects with WorkbenchError for one that cannot be kept */
  async prepare(session: number): Promise<Saving> {
    const state = this.#find(session)
    if (state === undefined) {
      throw new WorkbenchError('WORKBENCH_NOT_FOUND', `there is no session ${session}`)
    }
    const { definition } = state
    const { kind, name } = definition
    if (kind === 'program') {
      const text = `${name} is a program: a folder may come from others, and names none to be run`
      throw new WorkbenchError('WORKBENCH_NOT_NOW', text)
    }
    if (kind === 'file' || kind === 'replay') {
      const text = `${name} is a log: a project keeps servers, clients and proxies`
      throw new WorkbenchError('WORKBENCH_NOT_NOW', text)
    }
    const [known, entry] = [...this.#entries].find(([, each]) => each.session === session) ?? []
    const folder = folderOf[kind]
    const file = known ?? `${folder}/${name}.json`
    const twin = [...this.#entries].find(
      ([, each]) => each.session !== session && each.value.name === name,
    )
    if (twin !== undefined) {
      const text = `${name} is the name in ${twin[0]} too: start it under another name`
      throw new WorkbenchError('WORKBENCH_NOT_NOW', text)
    }
    const value = await toFile(definition, entry?.value, this.#root)
    return { session, folder, file, value, before: entry?.value, definition }
  }

  saved({ session, folder, file, value, definition }: Saving): void {
    this.#entries.set(file, { session, folder, value, definition })
  }

  async startAll(): Promise<void> {
    const due = [...this.#entries.values()].filter(
      ({ session, value }) => value.start !== false && !isRunning(this.#find(session)),
    )
    const start = (isClient: boolean): Promise<unknown> =>
      Promise.allSettled(
        due
          .filter(({ folder }) => (folder === 'clients') === isClient)
          .map(({ session }) => this.#sessions.restart(session)),
      )
    await start(false)
    await start(true)
  }

  /** @returns whether it goes on as it was until it is started again */
  #takeOne(
    file: string,
    folder: SessionFolder,
    value: SessionFile,
    definition: Definition,
  ): boolean {
    const entry = this.#entries.get(file)
    const state = entry && this.#find(entry.session)
    if (entry === undefined || state === undefined) {
      const session = this.#sessions.add(definition)
      this.#entries.set(file, { session, folder, value, definition })
      return false
    }
    const { session } = entry
    const isOther = !isSame(definition, entry.definition)
    this.#entries.set(file, { session, folder, value, definition })
    if (!isOther) return false
    this.#sessions.define(session, definition)
    return isRunning(state)
  }

  #find(session: number): SessionState | undefined {
    return this.#sessions.all.find(({ id }) => id === session)
  }
}

function isRunning(state: SessionState | undefined): boolean {
  return state !== undefined && state.state !== 'stopped' && state.state !== 'failed'
}
