import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runCommand } from '../network/commands.js'
import { namespaceWrapper } from '../network/network.js'
import { findProgram } from '../support/machine.js'
import type { Program } from '../support/program.js'
import type { Stage } from '../support/stage.js'

const network = '10.204.0'

/** A machine: a network namespace with one cable. */
export interface Machine {
  readonly address: string
  /** What starts a program on it. */
  readonly wrapper: readonly string[]
  /** Pull its cable out, or put it in again. */
  plug(isIn: boolean): Promise<void>
}

/** Several machines on one switch, all of them network namespaces that end with the fault. */
export class Estate {
  readonly folder: string
  readonly #stage: Stage
  readonly #unshare: readonly string[]
  readonly #switch: Program
  #count = 0

  private constructor(stage: Stage, unshare: readonly string[], hub: Program, folder: string) {
    this.#stage = stage
    this.#unshare = unshare
    this.#switch = hub
    this.folder = folder
  }

  static async build(stage: Stage): Promise<Estate> {
    const unshare = await namespaceWrapper(stage)
    const folder = mkdtempSync(join(tmpdir(), 'hawser-machines-'))
    stage.defer(() => rmSync(folder, { recursive: true, force: true }))
    const hub = await stage.start('machine', { wrapper: unshare })
    try {
      await inside(hub, 'ip', 'link', 'add', 'name', 'switch', 'type', 'bridge')
      await inside(hub, 'ip', 'link', 'set', 'dev', 'switch', 'up')
    } catch (error) {
      stage.skip(`a bridge in a network namespace is not permitted (${(error as Error).message})`)
    }
    return new Estate(stage, unshare, hub, folder)
  }

  /** A machine more, at the next address. */
  async add(): Promise<Machine> {
    this.#count += 1
    const hub = this.#switch
    const port = `port${this.#count}`
    const address = `${network}.${this.#count}`
    const program = await this.#stage.start('machine', { wrapper: this.#unshare })
    const near = ['name', port, 'netns', String(hub.pid)]
    const far = ['name', 'eth0', 'netns', String(program.pid)]
    await runCommand('ip', 'link', 'add', ...near, 'type', 'veth', 'peer', ...far)
    await inside(hub, 'ip', 'link', 'set', 'dev', port, 'master', 'switch', 'up')
    await inside(program, 'ip', 'address', 'add', `${address}/24`, 'dev', 'eth0')
    for (const device of ['lo', 'eth0']) {
      await inside(program, 'ip', 'link', 'set', 'dev', device, 'up')
    }
    return {
      address,
      wrapper: [findProgram('nsenter') ?? '', `--net=/proc/${program.pid}/ns/net`],
      plug: async (isIn) => {
        await inside(hub, 'ip', 'link', 'set', 'dev', port, isIn ? 'up' : 'down')
      },
    }
  }

  /** A file for a program. */
  write(name: string, text: string): string {
    const path = join(this.folder, name)
    writeFileSync(path, text)
    return path
  }
}

/** A program of this machine that is no Node.js program, started on a machine of the estate. */
export class Daemon {
  readonly #start: () => ChildProcess
  #process: ChildProcess | undefined

  constructor(stage: Stage, { wrapper }: Machine, name: string, args: readonly string[]) {
    const program = findProgram(name) ?? stage.skip(`no ${name} on this machine`)
    const [first = '', ...rest] = [...wrapper, program, ...args]
    this.#start = () => spawn(first, rest, { stdio: 'ignore' })
    stage.defer(() => this.kill())
  }

  start(): void {
    this.#process = this.#start()
  }

  async kill(): Promise<void> {
    const running = this.#process
    this.#process = undefined
    if (running === undefined || running.exitCode !== null || running.signalCode !== null) return
    const ended = once(running, 'exit')
    running.kill('SIGKILL')
    await ended
  }
}

async function inside(program: Program, name: string, ...args: readonly string[]): Promise<void> {
  await runCommand('nsenter', `--net=/proc/${program.pid}/ns/net`, name, ...args)
}
