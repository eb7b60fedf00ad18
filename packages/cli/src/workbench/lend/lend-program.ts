import { setTimeout as delay } from 'node:timers/promises'
import { type Inspection, type LaunchedProgram, startInspection } from '@hawser/inspect'
import type { LentProgram, ProgramAround, ProgramDefinition } from '@hawser/workbench'
import { UsageError } from '../../failure.js'
import { attachTo } from '../../inspect/attach-to.js'
import { LogReporter } from '../../inspect/log-reporter.js'
import { parseOnly } from '../../inspect/only.js'
import { startProgram } from '../../inspect/run-program.js'
import { Watcher } from '../../inspect/watcher.js'
import { OpenConnections } from './open-connections.js'

/** Milliseconds that a program may take to end when its session is stopped. */
const patience = 5_000

/**
 * Run a program, or watch a process, for the workbench. What a program writes goes to the terminal of the workbench; it
 * gets no input.
 *
 * @returns rejects with UsageError for a command that is none, AttachError where a process cannot be watched
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
  let program: LaunchedProgram | undefined
  let closing: Promise<void> | undefined
  let isStopping = false
  const close = (): Promise<void> => (closing ??= end())
  try {
    program = await begin(definition, inspection, around)
  } catch (error) {
    await close()
    throw error
  }
  void watch()

  async function watch(): Promise<void> {
    const exitCode = program === undefined ? 0 : (await program.ended).exitCode
    if (program === undefined) await inspection.allEnded()
    await close()
    if (isStopping) return
    around.ended(exitCode === 0 ? undefined : `it has ended with exit code ${exitCode}`)
  }

  async function end(): Promise<void> {
    await inspection.drain()
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
      if (program !== undefined) await stop(program)
      await close()
    },
  }
}

/** @returns undefined for a process that runs already */
async function begin(
  { command, pid, http2 = false }: ProgramDefinition,
  inspection: Inspection,
  around: ProgramAround,
): Promise<LaunchedProgram | undefined> {
  const { variables } = inspection
  const [name, ...words] = command ?? []
  if (name !== undefined) return startProgram([name, ...words], { variables, hasInput: false })
  if (pid === undefined) {
    throw new UsageError('there is nothing to watch', 'write hawser inspect -- node app.js')
  }
  // It was said that it may, by --yes.
  const notes = await attachTo(inspection, { pid, http2, confirm: () => true })
  for (const note of notes) around.failed(note)
  return undefined
}

async function stop(program: LaunchedProgram): Promise<void> {
  program.kill('SIGTERM')
  const isOver = await Promise.race([
    program.ended.then(() => true),
    delay(patience, false, { ref: false }),
  ])
  if (isOver) return
  program.kill('SIGKILL')
  await program.ended
}
