import type { Clock } from '../policy/clock.js'
import { systemError } from '../testing/network/system-error.js'
import { Chance } from './chance.js'
import type { Trace } from './checks/trace.js'
import type { Place } from './context.js'
import { FaultSchedule } from './faults/apply-faults.js'
import type { Fault } from './faults/fault.js'
import { hasProcessDied, Host, leftoversOfHost } from './host.js'
import type { Internet } from './network/internet.js'
import type { Conditions } from './network/path.js'
import type { SimulateSettings } from './simulate-options.js'
import type { WorldClock } from './time/world-clock.js'

/** What a world is made of. */
export interface WorldPlan {
  readonly settings: SimulateSettings
  readonly faults: readonly Fault[]
  readonly clock: WorldClock
  readonly internet: Internet
  readonly trace: Trace
  /** The simulation fails. */
  readonly failed: (what: string, cause?: unknown) => void
}

/** Which ways between two hosts. */
export interface Way {
  /** Only the way there. Default false: and back. */
  readonly oneWay?: boolean
}

/** What a world has not let go of. */
export let leftoversOf: (world: World) => readonly string[]
/** Whether a process of a world has died. */
export let hasDied: (world: World, process: string) => boolean

/** A simulated world: hosts, the network between them, and time. */
export class World {
  /** What everything that is left to chance depends on. */
  readonly seed: number
  /** The option `size`. */
  readonly size: Readonly<Record<string, number>>
  /** The world's time, which the hosts' clocks may differ from. */
  readonly clock: Clock
  readonly #plan: WorldPlan
  readonly #chance: Chance
  readonly #hosts = new Map<string, Host>()
  readonly #schedule: FaultSchedule
  readonly #promises = new Map<number, string>()
  #tracked = 0
  #manual = 0
  static {
    leftoversOf = (world) => world.#leftovers()
    hasDied = (world, process) => world.#hasDied(process)
  }

  /** Made by `simulate`. */
  constructor(plan: WorldPlan) {
    const { settings, internet, clock } = plan
    this.#plan = plan
    this.seed = settings.seed
    this.size = settings.size
    this.clock = clock
    this.#chance = new Chance(settings.seed, 'world')
    for (const [name, options] of settings.hosts) {
      const chance = new Chance(settings.seed, `host ${name}`)
      const failed = (error: unknown): void => plan.failed(`the program of ${name} failed`, error)
      this.#hosts.set(name, new Host(internet.add(name), internet, chance, options, failed))
    }
    this.#schedule = new FaultSchedule(this.#victims(), plan.faults)
  }

  /** Milliseconds since the world began. */
  now(): number {
    return this.clock.now()
  }

  /** Wait, by the world's time. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => this.clock.schedule(resolve, ms, true))
  }

  /** A number from 0 up to, and not including, 1, which the seed determines. */
  random(): number {
    return this.#chance.random()
  }

  /** A whole number, both bounds included, which the seed determines. */
  integer(from: number, to: number): number {
    return this.#chance.integer(from, to)
  }

  /** One of them, which the seed determines. */
  pick<Item>(items: readonly Item[]): Item {
    return this.#chance.pick(items)
  }

  /** All hosts, in the order of the option. */
  get hosts(): readonly Host[] {
    return [...this.#hosts.values()]
  }

  /**
   * A host by its name.
   *
   * @throws Error when there is none
   */
  host(name: string): Host {
    const found = this.#hosts.get(name)
    if (found !== undefined) return found
    throw new Error(`there is no host ${name}: there ${[...this.#hosts.keys()].join(', ')}`)
  }

  /** Change how good the way is from one host to another, and back unless `oneWay`. */
  condition(from: string, to: string, conditions: Conditions, { oneWay = false }: Way = {}): void {
    this.#path(from, to).set(conditions)
    if (!oneWay) this.#path(to, from).set(conditions)
  }

  /**
   * Let nothing through from one host to another, nor back unless `oneWay`.
   *
   * @returns lets it through again
   */
  cut(from: string, to: string, { oneWay = false }: Way = {}): () => void {
    const reason = `cut ${(this.#manual += 1)}`
    this.#path(from, to).cut(reason)
    if (!oneWay) this.#path(to, from).cut(reason)
    return () => {
      this.#path(from, to).mend(reason)
      if (!oneWay) this.#path(to, from).mend(reason)
    }
  }

  /** Reset all connections between two hosts; both ends see it. */
  reset(from: string, to: string): void {
    this.#plan.internet.reset(this.host(from).name, this.host(to).name)
  }

  /** No further faults, and all that is wrong is mended: ways, hosts that are off or stand still. */
  calm(): void {
    this.#schedule.stop()
    for (const path of this.#plan.internet.paths()) path.mendAll()
    for (const host of this.#hosts.values()) {
      host.thaw()
      if (!host.isUp || host.hasProgram) host.boot()
    }
  }

  /** Write a line into the trace: it is part of the hash, and printed with a failure. */
  note(text: string): void {
    this.#plan.trace.note(text)
  }

  /** Fail the simulation unless something is true. */
  must(isTrue: boolean, what: string): void {
    if (!isTrue) this.#plan.failed(what)
  }

  /**
   * Fail the simulation unless a promise fulfils in time.
   *
   * @param ms milliseconds of the world
   */
  async within<Result>(ms: number, promise: PromiseLike<Result>, what: string): Promise<Result> {
    return new Promise((resolve) => {
      const timer = this.clock.schedule(
        () => this.#plan.failed(`${what}: not within ${ms} ms`),
        ms,
        true,
      )
      promise.then(
        (result) => {
          timer.cancel()
          resolve(result)
        },
        (error: unknown) => {
          timer.cancel()
          this.#plan.failed(`${what}: it rejected`, error)
        },
      )
    })
  }

  /** Fail the simulation if this promise is still pending at its end. */
  track<Result>(promise: Promise<Result>, what: string): Promise<Result> {
    const number = (this.#tracked += 1)
    this.#promises.set(number, what)
    const settled = (): void => void this.#promises.delete(number)
    promise.then(settled, settled)
    return promise
  }

  #leftovers(): readonly string[] {
    const problems = [...this.#promises.values()].map((what) => `a promise is pending: ${what}`)
    for (const host of this.#hosts.values()) {
      const { descriptors, timers } = leftoversOfHost(host)
      if (descriptors > 0) problems.push(`${descriptors} sockets of ${host.name} are open`)
      if (timers > 0) problems.push(`${timers} timers of ${host.name} wait`)
    }
    return problems
  }

  #hasDied(process: string): boolean {
    const [name = ''] = process.split('#')
    const host = this.#hosts.get(name)
    return host !== undefined && hasProcessDied(host, process)
  }

  #path(from: string, to: string): ReturnType<Internet['between']> {
    return this.#plan.internet.between(this.host(from).name, this.host(to).name)
  }

  #victims(): ConstructorParameters<typeof FaultSchedule>[0] {
    const { clock, internet, trace } = this.#plan
    const restarts = (name: string): Host | undefined => {
      const host = this.#hosts.get(name)
      return host?.hasProgram === true ? host : undefined
    }
    return {
      clock,
      note: (text) => trace.note(text),
      cut: (from, to, reason) => internet.between(from, to).cut(reason),
      worsen: (from, to, reason, conditions) =>
        internet.between(from, to).worsen(reason, conditions),
      mend: (from, to, reason) => internet.between(from, to).mend(reason),
      reset: (from, to) => internet.reset(from, to),
      freeze: (name) => this.#hosts.get(name)?.freeze(),
      thaw: (name) => this.#hosts.get(name)?.thaw(),
      kill: (name) => restarts(name)?.kill() ?? false,
      powerOff: (name) => restarts(name)?.powerOff() ?? false,
      boot: (name) => this.#hosts.get(name)?.boot(),
    }
  }
}

/** What surrounds the program of a world: no host, so no network. */
export function placeOf(world: World): Place {
  const nowhere = (): never => {
    throw systemError('ENETUNREACH', 'connect', {
      address: 'the world is no host: pass host.options, or call it in host.start',
    })
  }
  return {
    name: 'world',
    network: { speaksTls: true, listen: async () => nowhere(), dial: async () => nowhere() },
    clock: world.clock,
    random: () => world.random(),
  }
}
