import { startInspection } from '@hawser/inspect'
import { codeOf, describeFailure } from '../failure.js'
import { maskEvents } from '../foreground/mask-events.js'
import type { ServerEvent } from '../output/events.js'
import { loadMasks } from '../wire/masks.js'
import { grepEvents } from './show/grep-events.js'
import type { InspectOptions, InspectTarget } from './options.js'
import { InspectOutput } from './show/output.js'
import type { Reporter } from './watch/reporter.js'
import { runProgram } from './run-program.js'
import { Screen } from './show/screen.js'
import { watchProcess } from './watch-process.js'
import { Watcher } from './watch/watcher.js'

/**
 * Run a program, or watch a process, and show its connections.
 *
 * @returns the exit code: that of the program
 */
export async function inspect(options: InspectOptions): Promise<number> {
  const { target, http2, only, log: file } = options
  const masks = await loadMasks(options.mask)
  const output = new InspectOutput(options)
  const shown = options.grep === undefined ? tell : grepEvents(tell, options.grep)
  const masked = masks === undefined ? shown : maskEvents(shown, masks, true)
  const screen = new Screen(masked, { isMasked: masks !== undefined, isHttp2Shown: http2 })
  const log = file === undefined ? undefined : await openLog(file)
  const watcher = new Watcher(only, log === undefined ? [screen] : [screen, log.reporter])
  const inspection = await startInspection({ http2, handler: watcher })
  try {
    const exitCode =
      target.kind === 'command'
        ? await runProgram(target.command, inspection)
        : await watchProcess({ options, target, inspection, notice })
    if (watcher.threads === 0) notice(sayNothing(target))
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

  function notice(text: string): void {
    tell({ event: 'notice', text })
  }

  /** What writes it is loaded only where it is asked for. */
  async function openLog(
    name: string,
  ): Promise<{ readonly reporter: Reporter; readonly close: () => Promise<void> }> {
    const { createLog } = await import('hawser/log')
    const { LogReporter } = await import('./show/log-reporter.js')
    const onError = (error: Error): void => {
      tell({ event: 'error', code: codeOf(error) ?? '', message: describeFailure(error).message })
    }
    const session = await createLog(name, { mask: masks, onError })
    return { reporter: new LogReporter(session), close: () => session.close() }
  }
}

function sayNothing(target: InspectTarget): string {
  const name = target.kind === 'command' ? target.command[0] : `process ${target.pid}`
  return `no Node.js program has reported: ${name} is none, replaces NODE_OPTIONS of what it starts, or may not connect (--permission)`
}
