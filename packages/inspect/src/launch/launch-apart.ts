import type { Buffer } from 'node:buffer'
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'
import { begun, type ProgramEnd, reporting } from './launch.js'
import { ProcessGroup } from './process-group.js'

/** Milliseconds that the last of what it printed may take. */
const patience = 1_000

/** How a program is started that is watched, apart from this process. */
export interface LaunchApartOptions {
  /** The program and its words: `['node', 'app.js']`. */
  readonly command: readonly [string, ...string[]]
  /** Those of the inspection. */
  readonly variables: Readonly<Record<string, string>>
  /** The folder that it is started in. Default: that of this process. */
  readonly folder?: string | undefined
  /** Gets what it prints. Default: it prints where this process does. It must not throw. */
  readonly printed?: ((stream: PrintStream, bytes: Buffer) => void) | undefined
}

/** Where a program prints. */
export type PrintStream = 'stdout' | 'stderr'

/** A program that was started apart. */
export interface ProgramApart {
  readonly pid: number
  /** How it ended. Never rejects. */
  readonly ended: Promise<ProgramEnd>
  /**
   * Ask it to end, and make it, with the children that stayed in its process group. Fulfils when none is left, and what
   * they printed has arrived. Never rejects.
   *
   * @param patience milliseconds that it may take to end when it is asked
   */
  end(patience: number): Promise<void>
}

/**
 * Start a program with what makes it report to an inspection. It has no input, and leads a process group of its own, which
 * no signal reaches that is for this process: Ctrl-C does not end it. It is killed when this process exits, unless that is
 * killed itself.
 *
 * @returns rejects with the error of the system when it cannot be started: `ENOENT`, `EACCES`
 */
export async function launchApart(options: LaunchApartOptions): Promise<ProgramApart> {
  const { command, variables, folder, printed } = options
  const [file, ...words] = command
  const output = printed === undefined ? 'inherit' : 'pipe'
  const child = spawn(file, words, {
    stdio: ['ignore', output, output],
    env: reporting(variables),
    cwd: folder,
    detached: true,
  })
  if (printed !== undefined) hear(child, printed)
  const closed = once(child, 'close').catch(() => {})
  const { end } = await begun(child)
  const pid = child.pid ?? 0
  const group = new ProcessGroup(pid)
  return {
    pid,
    ended: end,
    async end(longest) {
      await group.end(longest)
      // One that left the group may hold what it printed to open.
      const over = new AbortController()
      const late = delay(patience, undefined, { signal: over.signal }).catch(() => {})
      await Promise.race([closed, late])
      over.abort()
      child.stdout?.destroy()
      child.stderr?.destroy()
    },
  }
}

function hear(child: ChildProcess, printed: NonNullable<LaunchApartOptions['printed']>): void {
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.on('data', (bytes: Buffer) => printed(stream, bytes))
    child[stream]?.on('error', () => {})
  }
}
