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
  /** Whether it has the input of this process. Default true. */
  readonly hasInput?: boolean | undefined
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
  /** Ask it to end, or make it. */
  kill(signal: NodeJS.Signals): void
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
  const { command, variables, isForeground, hasInput = true } = options
  const { environment = process.env } = options
  const [file, ...words] = command
  const nodeOptions = extendNodeOptions(environment['NODE_OPTIONS'], tapPath())
  const child = spawn(file, words, {
    stdio: [hasInput ? 'inherit' : 'ignore', 'inherit', 'inherit'],
    env: { ...environment, ...variables, NODE_OPTIONS: nodeOptions },
  })
  const stop = passOn(child, isForeground)
  const exit = once(child, 'exit')
  // It is awaited when it is known to have begun.
  exit.catch(() => undefined)
  try {
    await once(child, 'spawn')
  } catch (error) {
    stop()
    throw error
  }
  const ended = exit.then(([code, signal]: unknown[]) => {
    stop()
    return endOf(code as number | null, signal as NodeJS.Signals | null)
  })
  return { pid: child.pid ?? 0, ended, kill: (signal) => void child.kill(signal) }
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
