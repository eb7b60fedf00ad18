import type { MaskRule } from 'hawser/log'
import { Project } from '../project/project.js'
import type { Expectation } from '../protocol/saved.js'
import type { SessionState } from '../protocol/session-state.js'
import { Runs } from '../sequences/runs.js'
import { SessionList } from '../sessions/session-list.js'
import { createSheet } from '../sheet/create-sheet.js'
import { TrustedFolders } from '../trust/trusted.js'
import type { Tools } from '../tools.js'
import { openWorkbenchLog } from '../workbench-log.js'
import { ClientWatch } from './client-watch.js'
import { endAfter } from './end-after.js'
import type { Outcome, RunEvent, RunReport } from './run-report.js'
import { overBefore, play, trialsOf } from './trials.js'
import { WorkbenchError } from '../workbench-error.js'

/** How a project is run without a page. */
export interface RunProjectOptions {
  readonly tools: Tools
  /** The folder of the project. */
  readonly folder: string
  /**
   * Milliseconds that it runs. Default: until all that it expects is known, or `signal` where it expects nothing.
   */
  readonly for?: number | undefined
  /** Ends it. */
  readonly signal: AbortSignal
  /** Whether the code of the folder runs, whatever it is. Default: it runs when the user trusts it. */
  readonly isTrusted?: boolean | undefined
  /** The file that remembers which code the user trusts. Default: none is. */
  readonly trusted?: string | undefined
  /** The log that is written. Default: a temporary file, deleted at the end. */
  readonly log?: string | undefined
  /** What must not be in the log. Default: nothing. */
  readonly mask?: readonly MaskRule[] | undefined
  readonly onEvent: (event: RunEvent) => void
}

/**
 * Run a project: start its servers, proxies and clients, play its messages with `expect` and its sequences with `to`, and
 * end.
 *
 * @returns rejects with WorkbenchError for what is no folder, and for files that are not as they should be; with LogError
 */
export async function runProject(options: RunProjectOptions): Promise<RunReport> {
  const { tools, folder, onEvent, log: path, mask } = options
  const notice = (level: 'info' | 'warning' | 'error', text: string): void =>
    onEvent({ event: 'notice', level, text })
  const where = { file: path, limit: undefined, mask }
  const { log, file, close } = await openWorkbenchLog(where, (text) => notice('error', text))
  const sessions: SessionList = new SessionList({
    ...{ tools, log },
    openScript: (...script) => project.openScript(...script),
    onNotice: notice,
  })
  const runs = new Runs({
    targetOf: (session, to) => sessions.target(session, to),
    watch: (listener) => sessions.watch(listener),
    log,
  })
  const sheet = createSheet()
  let project: Project
  try {
    const trusted = new TrustedFolders(options.trusted)
    const { isTrusted } = options
    project = await Project.open(folder, { sessions, trusted, isTrusted, onNotice: notice })
    assertRight(project)
    return await new ProjectRun({ ...options, project, sessions, runs, sheet, file }).run()
  } finally {
    await runs.close()
    await sessions.close()
    await sheet.close()
    await close()
  }
}

interface Parts extends RunProjectOptions {
  readonly project: Project
  readonly sessions: SessionList
  readonly runs: Runs
  readonly sheet: ReturnType<typeof createSheet>
  /** The file of the log. */
  readonly file: string
}

class ProjectRun {
  readonly #parts: Parts
  readonly #outcomes: Outcome[] = []
  readonly #over = new AbortController()

  constructor(parts: Parts) {
    this.#parts = parts
  }

  async run(): Promise<RunReport> {
    const { signal, for: limit, project } = this.#parts
    const end = (): void => this.#over.abort(new Error(overBefore))
    signal.addEventListener('abort', end)
    if (signal.aborted) end()
    const giveUp = endAfter(limit ?? Infinity, end)
    try {
      const watches = await this.#watchClients()
      // Ctrl-C does not wait for a connection that never comes.
      await Promise.race([project.startAll(), aborted(this.#over.signal)])
      const areStarted = this.#areStarted()
      const trials = trialsOf(project)
      if (areStarted) {
        await Promise.all([this.#playAll(trials), ...watches.map((watch) => watch())])
        const isOpen = limit !== undefined || watches.length + trials.length === 0
        if (isOpen) await aborted(this.#over.signal)
      }
      const isOk = areStarted && this.#outcomes.every(({ isMet }) => isMet)
      return { isOk, outcomes: this.#outcomes, sessions: this.#parts.sessions.all }
    } finally {
      giveUp()
      signal.removeEventListener('abort', end)
    }
  }

  /** They are looked at from before they are started. */
  async #watchClients(): Promise<(() => Promise<void>)[]> {
    const { project, sessions, sheet, file } = this.#parts
    const all: (() => Promise<void>)[] = []
    for (const { id, definition } of sessions.all) {
      const value = project.fileOf(id)
      const expect = (value as { readonly expect?: Expectation } | undefined)?.expect
      if (expect === undefined || value?.start === false) continue
      const watch = await ClientWatch.begin(sheet, file, id, expect)
      all.push(() => this.#watch(definition.name, watch))
    }
    return all
  }

  async #watch(name: string, watch: ClientWatch): Promise<void> {
    const begun = performance.now()
    const error = await watch.result(this.#over.signal).catch(() => overBefore)
    watch.close()
    const after = Math.round(performance.now() - begun)
    this.#add({ kind: 'client', name, isMet: error === undefined, after, error })
  }

  /** One after the other: what one says is not taken for what another one waits for. */
  async #playAll(trials: ReturnType<typeof trialsOf>): Promise<void> {
    const { project, runs, sessions } = this.#parts
    for (const trial of trials) {
      this.#add(await play(trial, { project, runs, sessions, signal: this.#over.signal }))
    }
  }

  #areStarted(): boolean {
    const { sessions, project, onEvent } = this.#parts
    const due = sessions.all.filter(({ id }) => project.fileOf(id)?.start !== false)
    for (const session of due) {
      onEvent({ event: isStarted(session) ? 'started' : 'failed', session })
    }
    return due.every(isStarted)
  }

  #add(outcome: Outcome): void {
    this.#outcomes.push(outcome)
    this.#parts.onEvent({ event: 'outcome', outcome })
  }
}

/** A client may have got all that it wants, and its connection be over. */
function isStarted({ state, accepted, definition: { kind } }: SessionState): boolean {
  return state === 'running' || (kind === 'client' && accepted > 0)
}

function assertRight({ state: { problems } }: Project): void {
  if (problems.length === 0) return
  const text = problems.map(({ file, message }) => `${file} ${message}`).join('; ')
  throw new WorkbenchError('WORKBENCH_NOT_NOW', text)
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve()
    else signal.addEventListener('abort', () => resolve(), { once: true })
  })
}
