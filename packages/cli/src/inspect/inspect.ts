import { launch, type LaunchedProgram, startInspection } from '@hawser/inspect'
import { codeOf, describeFailure, UsageError } from '../failure.js'
import { maskEvents } from '../foreground/mask-events.js'
import { isForeground } from '../input/job-control.js'
import type { ServerEvent } from '../output/events.js'
import { loadMasks } from '../wire/masks.js'
import { grepEvents } from './grep-events.js'
import type { InspectOptions } from './options.js'
import { InspectOutput } from './output.js'
import type { Reporter } from './reporter.js'
import { Screen } from './screen.js'
import { Watcher } from './watcher.js'

/**
 * Run a program, and show its connections.
 *
 * @returns the exit code of the program
 */
export async function inspect(options: InspectOptions): Promise<number> {
  const { http2, only, log: file } = options
  const masks = await loadMasks(options.mask)
  const output = new InspectOutput(options)
  const shown = options.grep === undefined ? tell : grepEvents(tell, options.grep)
  const masked = masks === undefined ? shown : maskEvents(shown, masks, true)
  const screen = new Screen(masked, masks !== undefined)
  const log = file === undefined ? undefined : await openLog(file)
  const watcher = new Watcher(only, log === undefined ? [screen] : [screen, log.reporter])
  const inspection = await startInspection({ http2, handler: watcher })
  try {
    const program = await start(options, inspection.variables)
    const { exitCode } = await program.ended
    await inspection.drain()
    if (watcher.threads === 0) tell({ event: 'notice', text: sayNothing(options) })
    await output.end(watcher.end())
    return exitCode
  } finally {
    watcher.end()
    await inspection.close()
    await log?.close()
  }

  function tell(event: ServerEvent): void {
    output.tell(event)
  }

  /** What writes it is loaded only where it is asked for. */
  async function openLog(
    name: string,
  ): Promise<{ readonly reporter: Reporter; readonly close: () => Promise<void> }> {
    const { createLog } = await import('hawser/log')
    const { LogReporter } = await import('./log-reporter.js')
    const onError = (error: Error): void => {
      tell({ event: 'error', code: codeOf(error) ?? '', message: describeFailure(error).message })
    }
    const session = await createLog(name, { mask: masks, onError })
    return { reporter: new LogReporter(session), close: () => session.close() }
  }
}

/** @throws UsageError for a command that is none */
async function start(
  { command }: InspectOptions,
  variables: Readonly<Record<string, string>>,
): Promise<LaunchedProgram> {
  try {
    return await launch({ command, variables, isForeground })
  } catch (error) {
    const code = codeOf(error)
    const [name] = command
    if (code === 'ENOENT') {
      throw new UsageError(`there is no command ${name}`, 'write hawser inspect -- node app.js')
    }
    if (code === 'EACCES') {
      throw new UsageError(`${name} cannot be run`, 'write hawser inspect -- node app.js')
    }
    throw error
  }
}

function sayNothing({ command }: InspectOptions): string {
  const [name] = command
  return `no Node.js program has reported: ${name} is none, or it replaces NODE_OPTIONS of what it starts`
}
