import { CommanderError } from 'commander'
import { type Actions, createProgram } from './program.js'
import { splitWords } from './arguments/behind-dashes.js'
import { explainUsage } from './arguments/usage.js'
import { describeFailure, exitOk, exitUsage } from './failure.js'
import { escapeText } from './output/escape.js'
import type { ServePage } from './serve/page.js'

/** Run a command line to its end, and the process with it. */
export async function run(words: readonly string[], version: string): Promise<void> {
  process.on('uncaughtException', fail)
  process.on('unhandledRejection', fail)
  // EPIPE: whoever read our output has gone. The commands' own output decides for itself.
  process.stdout.on('error', leaveQuietly)
  process.stderr.on('error', leaveQuietly)
  try {
    await runProgram(words, version)
  } catch (error) {
    fail(error)
  }
}

async function runProgram(words: readonly string[], version: string): Promise<void> {
  /** What runs a workbench is loaded only where it is asked for. */
  const servePage: ServePage = async (...given) => {
    const { createServePage } = await import('./workbench/serve-page.js')
    return createServePage(version)(...given)
  }
  const { own, behind } = splitWords(words)
  const actions: Actions = {
    async serve(options) {
      process.stdout.off('error', leaveQuietly)
      const { serve } = await import('./serve/serve.js')
      process.exit(await serve(options, servePage))
    },
    async workbench(options) {
      const { workbench } = await import('./workbench/workbench.js')
      process.exit(await workbench(options, version))
    },
    async run(options) {
      process.stdout.off('error', leaveQuietly)
      const project = await import('./workbench/project/run-project.js')
      process.exit(await project.run(options, version))
    },
    async connect(options) {
      process.stdout.off('error', leaveQuietly)
      const { connect } = await import('./connect/connect.js')
      process.exit(await connect(options))
    },
    async proxy(options) {
      process.stdout.off('error', leaveQuietly)
      const { proxy } = await import('./proxy/proxy.js')
      process.exit(await proxy(options, version))
    },
    async inspect(options) {
      // The program may write to both after their reader has gone.
      process.stdout.off('error', leaveQuietly)
      process.stderr.off('error', leaveQuietly)
      const { inspect } = await import('./inspect/inspect.js')
      process.exit(await inspect(options))
    },
    async log(options) {
      process.stdout.off('error', leaveQuietly)
      const { showLog } = await import('./log/log.js')
      process.exitCode = await showLog(options)
    },
    async replay(options) {
      process.stdout.off('error', leaveQuietly)
      const { replay } = await import('./replay/replay.js')
      process.exit(await replay(options))
    },
    async cert(options) {
      const { cert } = await import('./certificate/cert.js')
      process.exit(await cert(options))
    },
  }
  const program = createProgram(version, actions, behind)
  if (words.length === 0) {
    program.configureOutput({ writeErr: (text) => void process.stderr.write(text) })
    program.outputHelp({ error: true })
    process.exitCode = exitUsage
    return
  }
  try {
    await program.parseAsync(own, { from: 'user' })
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error
    if (error.exitCode === exitOk) return
    throw explainUsage(error, words)
  }
}

/** One line on stderr, whatever happened. HAWSER_DEBUG=1 shows where. */
function fail(error: unknown): never {
  const { line, exitCode } = describeFailure(error)
  const stack = error instanceof Error ? error.stack : undefined
  const debug = process.env['HAWSER_DEBUG']
  const details =
    debug !== undefined && debug !== '' && stack !== undefined ? `${escapeStack(stack)}\n` : ''
  process.stderr.write(`${line}\n${details}`)
  process.exit(exitCode)
}

/** Its first lines are the message, which may quote a peer: only the lines of the trace stay lines. */
function escapeStack(stack: string): string {
  return stack
    .split('\n')
    .map((line) => escapeText(line))
    .join('\n')
}

function leaveQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE' || error.code === 'EIO') process.exit(exitOk)
}
