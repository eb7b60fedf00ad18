import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { constants } from 'node:os'
import process from 'node:process'
import { extendNodeOptions } from './node-options.js'
import { tapPath } from './tap-path.js'

/** How a program is started that is watched. */
export interface LaunchOptions {
  /** The program and its words: `['node', 'app.js']`. */
  readonly command: readonly [string, ...string[]]
  /** Those of the inspection. */
  readonly variables: Readonly<Record<string, string>>
  /**
   * Whether this process is in the foreground of a terminal: the program gets Ctrl-C from there itself then, and must not
   * get it twice.
   */
  readonly isForeground: () => boolean
  /** Default: that of this process. */
  readonly environment?: NodeJS.ProcessEnv | undefined
}

/** How a program ended. */
export interface ProgramEnd {
  /** What it exited with; as shells count, 128 and the number of the signal that ended it. */
  readonly exitCode: number
  readonly signal: NodeJS.Signals | undefined
}

/** A program that was started. */
export interface LaunchedProgram {
  readonly pid: number
  /** Never rejects. */
  readonly ended: Promise<ProgramEnd>
}

/** What is passed on, however it reached this process. */
const ownSignals: readonly NodeJS.Signals[] = ['SIGTERM', 'SIGUSR1', 'SIGUSR2']
/** What a terminal sends to all processes in its foreground. */
const terminalSignals: readonly NodeJS.Signals[] = ['SIGINT', 'SIGQUIT', 'SIGHUP']

/**
 * Start a program with what makes it report to an inspection. It has the input and output of this process. Signals that
 * reach this process are passed on to it until it has ended.
 *
 * @returns rejects with the error of the system when it cannot be started: `ENOENT`, `EACCES`
 */
export async function launch(options: LaunchOptions): Promise<LaunchedProgram> {
  const { command, variables, isForeground, environment } = options
  const [file, ...words] = command
  const env = reporting(variables, environment)
  const child = spawn(file, words, { stdio: 'inherit', env })
  const stop = passOn(child, isForeground)
  try {
    const { end } = await begun(child)
    const ended = end.finally(stop)
    return { pid: child.pid ?? 0, ended }
  } catch (error) {
    stop()
    throw error
  }
}

/** @returns the environment of a program that reports with these variables */
export function reporting(
  variables: Readonly<Record<string, string>>,
  environment: NodeJS.ProcessEnv = process.env,
): NodeJS.ProcessEnv {
  const nodeOptions = extendNodeOptions(environment['NODE_OPTIONS'], tapPath())
  return { ...environment, ...variables, NODE_OPTIONS: nodeOptions }
}

/** @returns how it ends, which never rejects, when it has begun; rejects with the error of the system */
export async function begun(child: ChildProcess): Promise<{ readonly end: Promise<ProgramEnd> }> {
  const exit = once(child, 'exit')
  // It is awaited when it is known to have begun.
  exit.catch(() => undefined)
  await once(child, 'spawn')
  const end = exit.then(([code, signal]: unknown[]) =>
    endOf(code as number | null, signal as NodeJS.Signals | null),
  )
  return { end }
}

/** @returns stops passing them on */
function passOn(child: ChildProcess, isForeground: () => boolean): () => void {
  const pass = (signal: NodeJS.Signals): void => void child.kill(signal)
  const passFromOutside = (signal: NodeJS.Signals): void => {
    if (!isForeground()) pass(signal)
  }
  for (const signal of ownSignals) process.on(signal, pass)
  for (const signal of terminalSignals) process.on(signal, passFromOutside)
  return () => {
    for (const signal of ownSignals) process.off(signal, pass)
    for (const signal of terminalSignals) process.off(signal, passFromOutside)
  }
}

function endOf(code: number | null, signal: NodeJS.Signals | null): ProgramEnd {
  if (signal === null) return { exitCode: code ?? 0, signal: undefined }
  return { exitCode: 128 + constants.signals[signal], signal }
}
