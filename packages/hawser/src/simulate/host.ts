import type { Network } from '../network.js'
import type { Clock } from '../policy/clock.js'
import type { Chance } from './chance.js'
import type { Internet } from './network/internet.js'
import type { Machine } from './network/machine.js'
import { Process } from './network/process.js'
import { ProcessNetwork } from './network/process-network.js'
import { ProcessClock } from './time/process-clock.js'
import { enter } from './context.js'

/** What differs from host to host. */
export interface HostOptions {
  /** Milliseconds that its clock is ahead of the world's. Default 0. */
  readonly clockOffset?: number | undefined
  /** How fast its clock is: 1.001 gains a millisecond a second. From 0.5 to 2; default 1. */
  readonly clockRate?: number | undefined
  /** Connections that may wait to be accepted; beyond, the machine drops who comes. Default 511. */
  readonly backlog?: number | undefined
  /** Sockets that a process may have open, as `ulimit -n` has it. Default 1,024; `Infinity` is off. */
  readonly maxDescriptors?: number | undefined
}

/** What puts a server, a connection, a client or a pool on a host. */
export interface OnHost {
  /** The option `network`. */
  readonly network: Network
  /** The option `clock`. */
  readonly clock: Clock
}

/** What a program sees of the host it runs on. */
export interface HostProcess {
  /** The host's name, which the other hosts reach it by. */
  readonly name: string
  /** The host's IP address. */
  readonly address: string
  /** The network as this host sees it: the option `network` of servers, `connect`, clients and pools. */
  readonly network: Network
  /** The host's clock: the option `clock`. */
  readonly clock: Clock
  /** Both, to be spread into options. */
  readonly options: OnHost
  /** A number from 0 up to, and not including, 1, which the seed determines. */
  readonly random: () => number
  /** Wait, by the host's clock. */
  sleep(ms: number): Promise<void>
}

/** A program: called each time that its host starts. */
export type Program = (process: HostProcess) => unknown

/** What a host's process has not let go of. */
export interface HostLeftovers {
  readonly descriptors: number
  readonly timers: number
}

/** What the process of a host has not let go of. */
export let leftoversOfHost: (host: Host) => HostLeftovers
/** Whether a process of a host has died. */
export let hasProcessDied: (host: Host, process: string) => boolean

/** A host of the simulated network. */
export class Host {
  /** The name that the other hosts reach it by. */
  readonly name: string
  readonly #machine: Machine
  readonly #internet: Internet
  readonly #chance: Chance
  readonly #options: HostOptions
  readonly #failed: (error: unknown) => void
  readonly #disowned: (() => void)[] = []
  /** Of those that were started while the power was off. */
  readonly #starts: ((run: Promise<void>) => void)[] = []
  #program: Program | undefined
  #current: Running | undefined
  #runs = 0
  #processes = 0
  /** The names of its processes that have died. */
  readonly #dead = new Set<string>()
  static {
    leftoversOfHost = (host) => host.#leftovers()
    hasProcessDied = (host, process) => host.#dead.has(process)
  }

  /** @param failed called with what a program throws or rejects with */
  constructor(
    machine: Machine,
    internet: Internet,
    chance: Chance,
    options: HostOptions,
    failed: (error: unknown) => void,
  ) {
    this.name = machine.name
    this.#machine = machine
    this.#internet = internet
    this.#chance = chance
    this.#options = options
    this.#failed = failed
  }

  /** Its IP address. */
  get address(): string {
    return this.#machine.address
  }

  /** Whether its power is on. */
  get isUp(): boolean {
    return this.#machine.isUp
  }

  /** Whether a process runs on it, be it frozen. */
  get isRunning(): boolean {
    return this.#current !== undefined
  }

  /** Whether it was given a program, so that it can start again. */
  get hasProgram(): boolean {
    return this.#program !== undefined
  }

  /** The process that runs on it, the first one if none has been started. */
  get process(): HostProcess {
    return this.#running.seen
  }

  /** The options of servers and clients on it: `createServer({ ...host.options, … })`. */
  get options(): HostProcess['options'] {
    return this.process.options
  }

  /**
   * Start a program, now and each time that the host starts again. While its power is off, now is when
   * it is on again.
   *
   * @returns fulfils when it has returned, or when its process has died. What it throws fails the
   *   simulation.
   */
  async start(program: Program): Promise<void> {
    this.#program = program
    if (this.#current !== undefined) this.kill()
    if (this.isUp) return this.#run()
    return new Promise((resolve) => this.#starts.push(resolve))
  }

  /**
   * Kill the process (SIGKILL): the operating system closes its sockets.
   *
   * @returns false when none runs
   */
  kill(): boolean {
    if (this.#current === undefined) return false
    this.#note('is killed')
    const { process, clock, died } = this.#current
    this.#current = undefined
    this.#bury(process)
    process.kill()
    clock.stop()
    died()
    return true
  }

  /**
   * Turn the power off: its peers hear nothing.
   *
   * @returns false when it is off
   */
  powerOff(): boolean {
    if (!this.isUp) return false
    this.#note('loses its power')
    const { process, clock, died } = this.#running
    this.#bury(process)
    this.#current = undefined
    this.#internet.setPower(this.#machine, false)
    this.#disowned.push(process.vanish())
    clock.stop()
    this.#machine.forget()
    died()
    return true
  }

  /** Turn the power on if it is off, and start the program again if it does not run. */
  boot(): void {
    if (!this.isUp) {
      this.#note('is on again')
      this.#internet.setPower(this.#machine, true)
      for (const disown of this.#disowned.splice(0)) disown()
    }
    if (this.#current !== undefined || this.#program === undefined) return
    const run = this.#run()
    for (const started of this.#starts.splice(0)) started(run)
  }

  /** Let the process stand still (SIGSTOP): the machine goes on, and what arrives waits. */
  freeze(): void {
    if (this.#current === undefined) return
    this.#note('stands still')
    this.#current.process.freeze()
  }

  /** Let it go on. */
  thaw(): void {
    if (this.#current?.process.isFrozen !== true) return
    this.#note('goes on')
    this.#current.process.thaw()
  }

  #leftovers(): HostLeftovers {
    const { process, clock } = this.#current ?? {}
    return { descriptors: process?.descriptors ?? 0, timers: clock?.pending ?? 0 }
  }

  get #running(): Running {
    if (this.#current !== undefined) return this.#current
    if (!this.isUp) throw new Error(`the power of ${this.name} is off: boot() it first`)
    this.#current = this.#createProcess()
    return this.#current
  }

  async #run(): Promise<void> {
    const program = this.#program as Program
    const running = this.#createProcess()
    this.#current = running
    this.#runs += 1
    if (this.#runs > 1) this.#note('starts again')
    const done = new Promise<void>((resolve) => {
      running.died = resolve
      running.process.run(() => {
        const returned = (async () => program(running.seen))()
        returned.then(
          () => resolve(),
          (error: unknown) => {
            if (!running.process.isDead) this.#failed(error)
            resolve()
          },
        )
      })
    })
    await done
  }

  #createProcess(): Running {
    const { clockOffset = 0, clockRate = 1, backlog = 511, maxDescriptors = 1_024 } = this.#options
    const number = (this.#processes += 1)
    const name = number === 1 ? this.name : `${this.name}#${number}`
    const { random } = this.#chance
    const process = new Process(name, maxDescriptors, (callback) => enter(surroundings, callback))
    const clock = new ProcessClock(this.#internet.plan.clock, process, {
      offset: clockOffset,
      rate: clockRate,
    })
    const network = new ProcessNetwork(this.#internet, this.#machine, process, backlog)
    const surroundings = { name, network, clock, random }
    const seen: HostProcess = {
      name: this.name,
      address: this.address,
      network,
      clock,
      options: { network, clock },
      random,
      sleep: (ms) => new Promise((resolve) => clock.schedule(resolve, ms)),
    }
    return { process, clock, seen, died: () => undefined }
  }

  /** It says nothing more about its connections. */
  #bury({ name }: Process): void {
    this.#dead.add(name)
  }

  #note(text: string): void {
    this.#internet.plan.trace.note(`${this.name} ${text}`)
  }
}

/** One run of its program. */
interface Running {
  readonly process: Process
  readonly clock: ProcessClock
  readonly seen: HostProcess
  died: () => void
}
