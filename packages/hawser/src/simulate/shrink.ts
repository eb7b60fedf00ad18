import type { Fault } from './faults/fault.js'
import type { HostOptions } from './host.js'
import { simulate } from './simulate.js'
import type { SimulateOptions } from './simulate-options.js'
import { SimulationError } from './simulation-error.js'
import type { World } from './world.js'

/** Options of {@link shrink}. */
export interface ShrinkOptions {
  /** Simulations that it may take. Default 200. */
  readonly tries?: number | undefined
}

const defaultTries = 200

/** A simulation's options, with its faults listed. */
type Listed = SimulateOptions & { readonly faults: readonly Fault[] }

/**
 * Make a failure smaller: leave out faults, make each number of `size` smaller, leave out hosts, what is
 * set of the network, and how hosts differ, for as long as the simulation fails with the same words
 * (numbers aside).
 *
 * @returns the smallest one that was found, which may be the same
 */
export async function shrink(
  error: SimulationError,
  program: (world: World) => unknown,
  { tries = defaultTries }: ShrinkOptions = {},
): Promise<SimulationError> {
  const search = new Search(error, program, tries)
  await search.run()
  return search.smallest
}

class Search {
  smallest: SimulationError
  readonly #program: (world: World) => unknown
  readonly #words: string
  #left: number

  constructor(error: SimulationError, program: (world: World) => unknown, tries: number) {
    this.smallest = error
    this.#program = program
    this.#words = wordsOf(error)
    this.#left = tries
  }

  get #options(): Listed {
    return this.smallest.failure.options as unknown as Listed
  }

  async run(): Promise<void> {
    let before: SimulationError | undefined
    while (before !== this.smallest && this.#left > 0) {
      before = this.smallest
      await this.#dropFaults()
      await this.#lessenSizes()
      await this.#dropHosts()
      await this.#dropConditions()
      await this.#dropDifferences()
    }
  }

  /** Half of them, then quarters, then one at a time. */
  async #dropFaults(): Promise<void> {
    for (let part = this.#options.faults.length; part >= 1; part = Math.floor(part / 2)) {
      for (let index = 0; index < this.#options.faults.length;) {
        const faults = this.#options.faults.toSpliced(index, part)
        if (!(await this.#try({ faults }))) index += part
      }
    }
  }

  async #lessenSizes(): Promise<void> {
    for (const name of Object.keys(this.#options.size ?? {})) {
      for (const divisor of [Infinity, 8, 2, 4 / 3, 16 / 15]) {
        for (;;) {
          const size = this.#options.size ?? {}
          const less = Math.max(1, Math.floor((size[name] ?? 1) / divisor))
          if (
            less >= (size[name] ?? 1) ||
            !(await this.#try({ size: { ...size, [name]: less } }))
          ) {
            break
          }
        }
      }
    }
  }

  async #dropHosts(): Promise<void> {
    const { hosts } = this.#options
    for (const name of namesOf(hosts).toReversed()) {
      const left = without(this.#options.hosts, name)
      if (namesOf(left).length > 0) await this.#try({ hosts: left })
    }
  }

  async #dropConditions(): Promise<void> {
    for (const name of Object.keys(this.#options.network ?? {})) {
      await this.#try({ network: leaveOut(this.#options.network ?? {}, name) })
    }
  }

  async #dropDifferences(): Promise<void> {
    for (const name of namesOf(this.#options.hosts)) {
      for (const option of Object.keys(optionsOf(this.#options.hosts, name))) {
        const { hosts } = this.#options
        const left = leaveOut(optionsOf(hosts, name), option)
        await this.#try({ hosts: { ...(hosts as Record<string, HostOptions>), [name]: left } })
      }
    }
  }

  /** Whether it fails with the same words as well. */
  async #try(changes: Partial<Listed>): Promise<boolean> {
    if (this.#left <= 0) return false
    this.#left -= 1
    try {
      await simulate({ ...this.#options, ...changes }, this.#program)
    } catch (error) {
      if (!(error instanceof SimulationError) || wordsOf(error) !== this.#words) return false
      this.smallest = error
      return true
    }
    return false
  }
}

type Hosts = SimulateOptions['hosts']

function namesOf(hosts: Hosts): readonly string[] {
  return Array.isArray(hosts) ? (hosts as readonly string[]) : Object.keys(hosts)
}

function without(hosts: Hosts, name: string): Hosts {
  return Array.isArray(hosts)
    ? (hosts as readonly string[]).filter((each) => each !== name)
    : leaveOut(hosts, name)
}

/** What is set of a host; nothing where only names are given. */
function optionsOf(hosts: Hosts, name: string): HostOptions {
  return Array.isArray(hosts) ? {} : ((hosts as Record<string, HostOptions>)[name] ?? {})
}

function leaveOut<Whole extends object>(whole: Whole, name: string): Whole {
  return Object.fromEntries(Object.entries(whole).filter(([each]) => each !== name)) as Whole
}

/** What it says, without its numbers. */
function wordsOf({ failure }: SimulationError): string {
  return failure.what.replaceAll(/[\d.:#]+/g, '')
}
