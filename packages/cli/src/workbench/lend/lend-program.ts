import { stat } from 'node:fs/promises'
import { type Inspection, launchApart, type ProgramApart, startInspection } from '@hawser/inspect'
import type { LentProgram, ProgramAround, ProgramDefinition } from '@hawser/workbench'
import { UsageError } from '../../failure.js'
import { attachTo } from '../../inspect/attach-to.js'
import { LogReporter } from '../../inspect/show/log-reporter.js'
import { parseOnly } from '../../inspect/watch/only.js'
import { refusing } from '../../inspect/run-program.js'
import { Watcher } from '../../inspect/watch/watcher.js'
import { OpenConnections } from './open-connections.js'
import { PrintedLines } from './printed-lines.js'

/** Milliseconds that a program may take to end when its session is stopped. */
const patience = 5_000

/**
 * Run a program, or watch a process, for the workbench. A program gets no input. What it prints is in the log, a row a
 * line; where secrets are masked it goes to the terminal of the workbench instead. Its children end with it.
 *
 * @returns rejects with UsageError for a command or a folder that is none, AttachError where a process cannot be watched
 */
export async function lendProgram(
  definition: ProgramDefinition,
  around: ProgramAround,
): Promise<LentProgram> {
  const only = definition.only?.map((each) => parseOnly(each))
  const log = new LogReporter(around.log, around.details)
  const open = new OpenConnections(log, around)
  const watcher = new Watcher(only, [log, open])
  const { http2 = false } = definition
  const inspection = await startInspection({ http2, handler: watcher })
  const printed = new PrintedLines(around.log, around.details['session'])
  let program: ProgramApart | undefined
  let closing: Promise<void> | undefined
  let isStopping = false
  const close = (): Promise<void> => (closing ??= end())
  try {
    program = await begin(definition, { inspection, around, printed })
  } catch (error) {
    await close()
    throw error
  }
  void watch()

  async function watch(): Promise<void> {
    const why = program === undefined ? await processEnded() : await programEnded(program)
    await close()
    if (!isStopping) around.ended(why)
  }

  async function processEnded(): Promise<ProgramEnding> {
    await inspection.allEnded()
    return { isFailure: false, text: `process ${definition.pid ?? 0} has ended` }
  }

  async function end(): Promise<void> {
    await program?.end(patience)
    printed.end()
    // A process goes on, and may never be quiet.
    if (program !== undefined) await inspection.drain()
    watcher.end()
    await inspection.close()
  }

  return {
    addresses: [],
    get accepted() {
      return watcher.connections
    },
    refused: 0,
    get bytesRead() {
      return watcher.passed.in
    },
    get bytesWritten() {
      return watcher.passed.out
    },
    connections: (most) => open.first(most),
    async stop() {
      isStopping = true
      await close()
    },
  }
}

/** How a program came to its end by itself. */
type ProgramEnding = Parameters<ProgramAround['ended']>[0]

async function programEnded({ ended }: ProgramApart): Promise<ProgramEnding> {
  const { exitCode, signal } = await ended
  const how = signal === undefined ? `exit code ${exitCode}` : `the signal ${signal}`
  return { isFailure: exitCode !== 0, text: `it has ended with ${how}` }
}

interface Surroundings {
  readonly inspection: Inspection
  readonly around: ProgramAround
  readonly printed: PrintedLines
}

/** @returns undefined for a process that runs already */
async function begin(
  { command, folder, pid, http2 = false }: ProgramDefinition,
  { inspection, around, printed }: Surroundings,
): Promise<ProgramApart | undefined> {
  const [name, ...words] = command ?? []
  if (name !== undefined) {
    if (folder !== undefined) await assertFolder(folder)
    const { variables } = inspection
    // Masks are for what connections say: a password may be printed.
    const isShown = !around.log.info().isMasked
    const rows = (...[stream, bytes]: Parameters<PrintedLines['add']>): void => {
      printed.add(stream, bytes)
    }
    return refusing([name], () =>
      launchApart({
        ...{ command: [name, ...words], variables, folder },
        printed: isShown ? rows : undefined,
      }),
    )
  }
  if (pid === undefined) {
    throw new UsageError('there is nothing to watch', 'write hawser inspect -- node app.js')
  }
  // The page has asked.
  const notes = await attachTo(inspection, { pid, http2, confirm: () => true })
  for (const note of notes) around.failed(note)
  return undefined
}

/** The system says the same of a folder as of a command that is not there. */
async function assertFolder(folder: string): Promise<void> {
  const isFolder = await stat(folder).then(
    (stats) => stats.isDirectory(),
    () => false,
  )
  if (!isFolder) throw new UsageError(`there is no folder ${folder}`, 'name one that is there')
}
