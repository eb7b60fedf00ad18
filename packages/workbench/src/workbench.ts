import type { MaskRule } from 'hawser/log'
import { Desk } from './desk/desk.js'
import { readAssets } from './page/assets.js'
import { PageServer } from './page/page-server.js'
import { readPlace } from './page/place.js'
import { Project } from './project/project.js'
import type { Definition } from './protocol/definition.js'
import { SavedFilePlace } from './saved/saved-file.js'
import { SavedItems } from './saved/saved-items.js'
import { Runs } from './sequences/runs.js'
import type { AnyServer } from './sessions/kinds/server-session.js'
import { SessionList } from './sessions/session-list.js'
import { createSheet } from './sheet/create-sheet.js'
import type { Tools } from './tools.js'
import { TrustedFolders } from './trust/trusted.js'
import { WorkbenchError } from './workbench-error.js'
import { openWorkbenchLog } from './workbench-log.js'

/** How a workbench is started. */
export interface WorkbenchOptions {
  readonly tools: Tools
  /** Where its page is served. Default `127.0.0.1:0`: a free port of this machine only. */
  readonly page?: string | undefined
  /**
   * Whether `page` may be an address that other machines reach. Default false: a page can start servers and read what
   * they say, so that it is for this machine.
   */
  readonly isOpen?: boolean | undefined
  /** The log that is written. Default: a temporary file, deleted at the end. */
  readonly log?: string | undefined
  /**
   * Bytes that the log may take on the disk, 16 MiB or more: its oldest rows are deleted. Off: `Infinity`. Default: 1 GiB
   * for a temporary log, so that a workbench which is left running does not fill the disk; `Infinity` for one that is named.
   */
  readonly logLimit?: number | undefined
  /**
   * What must be neither in the log nor on the page: passwords, tokens. It is replaced by `*`, also where it came in
   * several pieces. Default: nothing.
   */
  readonly mask?: readonly MaskRule[] | undefined
  /** The folder of a project: its files say what there is to start, and nothing of it is started. Default: none. */
  readonly folder?: string | undefined
  /**
   * The file in which saved messages and sequences are kept: written as a whole, for its owner only, 16 MiB at most. One
   * that is no such file is set aside. Default: they are kept until the workbench ends. A project keeps its own.
   */
  readonly saved?: string | undefined
  /** The file that remembers which code the user trusts. Default: it is remembered until the workbench ends. */
  readonly trusted?: string | undefined
  /** Something that a person should see. */
  readonly onNotice?: ((level: 'info' | 'warning' | 'error', text: string) => void) | undefined
  /** The folder of the built page. Default: that of this package. */
  readonly web?: string | undefined
}

/** A workbench that runs. */
export interface Workbench {
  /** A fresh link to its page; it can be used once, and for ten minutes. */
  link(): string
  /** Start a session, as the page does. @returns its number; rejects with WorkbenchError */
  start(definition: Definition): Promise<number>
  /** Take in a server that was made elsewhere; it is stopped with the others. @returns its number */
  adopt(definition: Definition, server: AnyServer): Promise<number>
  /** End all of it: the page, the sessions, the log. Never rejects; may be called again. */
  close(): Promise<void>
}

/**
 * Start a workbench: a page, and the sessions that it shows.
 *
 * @returns rejects with WorkbenchError when the page cannot be served and for what is no folder, with LogError when the log cannot be written
 */
export async function startWorkbench(options: WorkbenchOptions): Promise<Workbench> {
  const { tools, page = '127.0.0.1:0', isOpen = false, folder, web, logLimit } = options
  const place = readPlace(page, isOpen)
  const assets = await readAssets(web)
  const desks = new Set<Desk>()
  const notify: NonNullable<WorkbenchOptions['onNotice']> = (level, text) => {
    options.onNotice?.(level, text)
    for (const desk of desks) desk.notify(level, text)
  }
  const {
    log,
    file,
    close: closeLog,
  } = await openWorkbenchLog({ file: options.log, limit: logLimit, mask: options.mask }, (why) => {
    notify('error', why)
  })
  let project: Project | undefined
  const sessions = new SessionList({
    ...{ tools, log },
    openScript: (...script) => needed(project).openScript(...script),
    onNotice: notify,
  })
  if (folder !== undefined) {
    const trusted = new TrustedFolders(options.trusted)
    project = await openProject(folder, { sessions, trusted, onNotice: notify }, closeLog)
  }
  for (const { file: name, message } of project?.state.problems ?? []) {
    notify('warning', `${name} ${message}`)
  }
  const runs = new Runs({
    targetOf: (session, to) => sessions.target(session, to),
    watch: (listener) => sessions.watch(listener),
    log,
  })
  const saved =
    project === undefined
      ? await readSaved(options.saved, (text) => notify('warning', text))
      : new SavedItems(project.saved, project)
  const sheet = createSheet()
  const server = new PageServer({
    assets,
    isOpen: !place.isLocal,
    noticed: (why) => notify('warning', why),
    opened(line) {
      const desk = new Desk(line, { tools, sessions, runs, saved, sheet, log, file, project })
      desks.add(desk)
      line.listen({
        message: (text) => desk.receive(text),
        close() {
          desks.delete(desk)
          desk.close()
        },
      })
    },
  })

  async function end(): Promise<void> {
    await server.close()
    await runs.close()
    await sessions.close()
    await sheet.close()
    await closeLog()
  }

  try {
    await server.listen(place.host, place.port)
  } catch (error) {
    await end()
    throw error
  }
  if (!place.isLocal) notify('warning', `other machines reach the page on ${page}, unencrypted`)
  let ended: Promise<void> | undefined
  return {
    link: () => server.link(),
    start: (definition) => sessions.start(definition),
    adopt: (definition, adopted) => sessions.adopt(definition, adopted),
    close: () => (ended ??= end()),
  }
}

async function openProject(
  folder: string,
  options: Parameters<typeof Project.open>[1],
  undo: () => Promise<void>,
): Promise<Project> {
  try {
    return await Project.open(folder, options)
  } catch (error) {
    await undo()
    throw error
  }
}

async function readSaved(
  file: string | undefined,
  noticed: (message: string) => void,
): Promise<SavedItems> {
  if (file === undefined) {
    return new SavedItems({ messages: [], sequences: [] }, { write: () => Promise.resolve() })
  }
  const place = new SavedFilePlace(file, noticed)
  return new SavedItems(await place.read(), place)
}

function needed(project: Project | undefined): Project {
  if (project !== undefined) return project
  const text = 'a script is code of a project, and no folder is open: start hawser workbench FOLDER'
  throw new WorkbenchError('WORKBENCH_NOT_NOW', text)
}
