import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import process from 'node:process'
import { onTestFinished } from 'vitest'
import { Running } from '../../../../test/support/running.js'
import { startInspection } from '../../src/index.js'
import { Notebook } from '../support/notebook.js'
import { attach, type Attached, type AttachOptions } from '../../src/attach/attach.js'
import { readListeners } from '../../src/attach/listeners.js'

/** Whether a running program can be attached to here. */
export const canAttach: boolean = process.platform === 'linux' && existsSync('/proc/self/status')

/** A port for the inspector of each target of its own: tests run at the same time. */
export const anyPort = '--inspect-port=0'

/** The path of a program beside this file. */
export function programPath(name: string): string {
  return fileURLToPath(new URL(`programs/${name}`, import.meta.url))
}

/** A program that runs, and what can be asked about it. */
export class Target {
  readonly running: Running

  constructor(program: string, args: readonly string[]) {
    this.running = new Running(program, args)
  }

  /** Starts one of the programs beside this file, once it is ready. */
  static async node(
    name: string,
    {
      flags = [anyPort],
      words = [],
    }: { flags?: readonly string[]; words?: readonly string[] } = {},
  ): Promise<Target> {
    const target = new Target(process.execPath, [...flags, programPath(name), ...words])
    await target.running.prints(/ready/)
    return target
  }

  get pid(): number {
    const { pid } = this.running
    if (pid === undefined) throw new Error('it did not start')
    return pid
  }

  /** What an attach has left behind in it. */
  async ask(): Promise<{ isTapped: boolean; variables: string[] }> {
    const before = this.running.printed.length
    this.running.type('\n')
    const [line] = await this.running.prints(new RegExp(`(?<=^[^]{${before}}[^]*)\\{.*\\}`))
    return JSON.parse(line) as { isTapped: boolean; variables: string[] }
  }

  /** The ports that it listens on: none, unless its inspector is open. */
  get ports(): number[] {
    const own = readListeners(this.pid).filter((listener) => listener.own)
    return own.map(({ port }) => port)
  }

  /** Whether it is there, and not as a zombie. */
  get isAlive(): boolean {
    return /^State:\t[^Z]/m.test(readFileSync(`/proc/${this.pid}/status`, 'utf8'))
  }
}

/** An inspection, and what it writes down. */
export async function inspect(): Promise<{
  notebook: Notebook
  socket: string
  end: () => Promise<void>
}> {
  const notebook = new Notebook()
  const inspection = await startInspection({ http2: false, handler: notebook })
  onTestFinished(() => inspection.close())
  const socket = inspection.variables.HAWSER_INSPECT
  return { notebook, socket, end: () => inspection.close() }
}

/** Attaches to a target, and agrees to everything. */
export async function attachTo(
  { pid }: { pid: number },
  options: Partial<AttachOptions> = {},
): Promise<Attached> {
  const socket = options.socket ?? (await inspect()).socket
  return attach({ pid, socket, confirm: () => true, timeout: 20_000, ...options })
}
