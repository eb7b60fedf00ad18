import process from 'node:process'
import { countAfresh } from '../connection/work.js'
import { Chance } from './chance.js'
import { ConnectionChecks } from './checks/connection-checks.js'
import { ServerChecks } from './checks/server-checks.js'
import { Trace } from './checks/trace.js'
import { currentPlace, enter, leaveAll } from './context.js'
import type { Fault, FaultMix } from './faults/fault.js'
import { makeFaults } from './faults/make-faults.js'
import { Internet } from './network/internet.js'
import { hasImmediates } from './runtime/immediates.js'
import { lendTime } from './runtime/lend-time.js'
import { settleSimulation, type SimulateOptions } from './simulate-options.js'
import { SimulationError } from './simulation-error.js'
import { type WhyEnded, WorldClock } from './time/world-clock.js'
import { hasDied, leftoversOf, placeOf, World } from './world.js'

/** What a simulation that succeeded came to. */
export interface SimulationReport<Result> {
  /** What the program returned. */
  readonly result: Result
  /** 16 hexadecimal digits: two runs with the same ones took the same course. */
  readonly hash: string
  /** Milliseconds of the world's time. */
  readonly time: number
  /** What happened on the network: lines of the trace. */
  readonly events: number
  /** Ends of connections. */
  readonly connections: number
  /** The faults that were planned. */
  readonly faults: readonly Fault[]
}

/** After the program has returned, so long may it take until all is let go of. */
const longestEnd = 600_000
const kibibyte = 1024

/** Simulations of one process run one after another: they share its timers' order. */
let last: Promise<unknown> = Promise.resolve()

/**
 * Run a program that uses several hosts on a simulated network, in virtual time, with everything that is
 * left to chance determined by one seed: the same seed takes the same course.
 *
 * ```ts
 * await simulate({ seed: 7, hosts: ['server', 'client'], faults: true }, async (world) => {
 *   void world.host('server').start(startServer)
 *   …
 * })
 * ```
 *
 * What always has to hold is checked: no connection is left open, no byte is read that was not written,
 * the two ends of a connection do not contradict each other, a server without connections holds no
 * memory and no topic for them, no promise rejects unhandled, and no socket
 * or timer is left at the end. Programs given to `host.start` are ended first.
 *
 * @returns rejects with a SimulationError `HAWSER_SIMULATION_FAILED`, whose `failure.options` repeats it
 * @throws OptionError `HAWSER_INVALID_OPTION` when an option cannot work
 */
export async function simulate<Result>(
  options: SimulateOptions,
  program: (world: World) => Result | Promise<Result>,
): Promise<SimulationReport<Result>> {
  const settings = settleSimulation(options)
  if (currentPlace() !== undefined) throw new Error('a simulation cannot run within another one')
  const run = last.then(() => new Simulation<Result>(settings, options).run(program))
  last = run.catch(() => undefined)
  return run
}

class Simulation<Result> {
  readonly #settings: ReturnType<typeof settleSimulation>
  readonly #options: SimulateOptions
  readonly #clock = new WorldClock(
    hasImmediates,
    (error) => this.#thrown(error),
    () => this.#serverChecks.look(),
  )
  readonly #trace = new Trace(this.#clock)
  readonly #faults: readonly Fault[]
  readonly #world: World
  readonly #checks: ConnectionChecks
  readonly #serverChecks: ServerChecks
  #failure: SimulationError | undefined
  #fail: (error: SimulationError) => void = () => undefined

  constructor(settings: ReturnType<typeof settleSimulation>, options: SimulateOptions) {
    const { seed, hosts, faults, network } = settings
    this.#settings = settings
    this.#options = options
    this.#faults = isList(faults) ? faults : makeFaults(seed, [...hosts.keys()], faults)
    const internet = new Internet({
      clock: this.#clock,
      random: new Chance(seed, 'network').random,
      trace: this.#trace,
      conditions: network,
      capacity: 64 * kibibyte,
    })
    this.#world = new World({
      settings,
      faults: this.#faults,
      clock: this.#clock,
      internet,
      trace: this.#trace,
      failed: (what, cause) => this.#failed(what, cause),
    })
    this.#checks = new ConnectionChecks(
      (name) => hasDied(this.#world, name),
      (connection) => internet.wasReset(connection),
    )
    this.#serverChecks = new ServerChecks((what) => this.#failed(what))
  }

  async run(
    program: (world: World) => Result | Promise<Result>,
  ): Promise<SimulationReport<Result>> {
    const unhandled = (reason: unknown): void =>
      this.#failed('a promise rejected unhandled', reason)
    const thrown = (error: unknown): void => this.#thrown(error)
    const giveBack = lendTime()
    const countOn = countAfresh()
    process.on('unhandledRejection', unhandled)
    process.on('uncaughtException', thrown)
    try {
      const result = await this.#runProgram(program)
      await this.#end()
      this.#throwFailure()
      const { hash, lines: events } = this.#trace
      const { count: connections } = this.#checks
      return { result, hash, time: this.#clock.now(), events, connections, faults: this.#faults }
    } finally {
      leaveAll()
      giveBack()
      countOn()
      this.#checks.stop()
      this.#serverChecks.stop()
      process.off('unhandledRejection', unhandled)
      process.off('uncaughtException', thrown)
    }
  }

  async #runProgram(program: (world: World) => Result | Promise<Result>): Promise<Result> {
    const failure = new Promise<never>((_, reject) => {
      this.#fail = reject
    })
    failure.catch(() => undefined)
    const place = placeOf(this.#world)
    const returned = enter(place, async () => program(this.#world)).catch((error: unknown) => {
      this.#failed('the program failed', error)
      throw error
    })
    const either = Promise.race([returned, failure])
    const { limit } = this.#settings
    const why = await this.#clock.runUntil(either, limit)
    this.#throwFailure()
    if (why === 'settled') return either
    this.#failed(whatEnded(why, limit))
    throw this.#failure as SimulationError
  }

  /** End the programs that hosts were given, and see what is left. */
  async #end(): Promise<void> {
    this.#world.calm()
    for (const host of this.#world.hosts) if (host.hasProgram) host.kill()
    const until = this.#clock.now() + longestEnd
    const why = await this.#clock.runUntil(this.#isEmpty(), until)
    if (why === 'standstill') this.#failed(whatEnded(why, until))
    this.#throwFailure()
    for (const problem of [...leftoversOf(this.#world), ...this.#checks.problems()]) {
      this.#failed(problem)
    }
  }

  /** Looks once a second. */
  async #isEmpty(): Promise<void> {
    while (leftoversOf(this.#world).length > 0) await this.#world.sleep(1_000)
  }

  #thrown(error: unknown): void {
    this.#failed('an exception was not caught', error)
  }

  /** The first one counts. */
  #failed(what: string, cause?: unknown): void {
    if (this.#failure !== undefined) return
    this.#failure = new SimulationError(
      {
        what: cause instanceof Error ? `${what}: ${cause.message}` : what,
        at: this.#clock.now(),
        options: { ...this.#options, faults: this.#faults },
        trace: [...this.#trace.tail],
        hash: this.#trace.hash,
      },
      cause,
    )
    this.#fail(this.#failure)
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure
  }
}

function whatEnded(why: Exclude<WhyEnded, 'settled'>, limit: number): string {
  switch (why) {
    case 'limit':
      return `the program has not returned after ${limit} ms, which is its limit`
    case 'stuck':
      return 'the program waits for something that never comes: nothing is on its way, and no timer is left'
    case 'standstill':
      return 'time stands still: a timer is started again and again without delay, as by a loop over sleep(0); let it wait for a millisecond or more'
  }
}

function isList(faults: readonly Fault[] | FaultMix): faults is readonly Fault[] {
  return Array.isArray(faults)
}
