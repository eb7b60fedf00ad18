import { checkOptions } from '../options/check-options.js'
import { invalid, show } from '../options/invalid.js'
import type { NamesOf } from '../options/option-names.js'
import { checkFaults } from './check-faults.js'
import type { Fault, FaultMix } from './faults/fault.js'
import type { HostOptions } from './host.js'
import { checkConditions, type Conditions } from './network/path.js'

/** Options of {@link simulate}. */
export interface SimulateOptions {
  /** What everything that is left to chance depends on: a whole number from 0 to 4,294,967,295. */
  readonly seed: number
  /** The hosts' names, or their options by their names. */
  readonly hosts: readonly string[] | Readonly<Record<string, HostOptions>>
  /** How good the way from each host to each other is. Default 1 ms, and nothing wrong. */
  readonly network?: Conditions | undefined
  /**
   * What goes wrong: faults with their times, or which of them to make up from the seed; `true` is
   * a mix of all. Default none.
   */
  readonly faults?: readonly Fault[] | FaultMix | boolean | undefined
  /**
   * How large the program is to make it: numbers that mean something to it, which `world.size` has.
   * {@link shrink} makes them smaller. Default none.
   */
  readonly size?: Readonly<Record<string, number>> | undefined
  /** Milliseconds of the world after which the simulation fails. Default 3,600,000, an hour. */
  readonly limit?: number | undefined
}

/** The names of the options in {@link SimulateOptions}. */
export const optionNames: NamesOf<SimulateOptions> = {
  seed: true,
  hosts: true,
  network: true,
  faults: true,
  size: true,
  limit: true,
}

const hostNames: NamesOf<HostOptions> = {
  clockOffset: true,
  clockRate: true,
  backlog: true,
  maxDescriptors: true,
}

/** Options, every default filled in. */
export interface SimulateSettings {
  readonly seed: number
  readonly hosts: ReadonlyMap<string, HostOptions>
  readonly network: Conditions
  readonly faults: readonly Fault[] | FaultMix
  readonly size: Readonly<Record<string, number>>
  readonly limit: number
}

const hour = 3_600_000

/** @throws OptionError `HAWSER_INVALID_OPTION` when one of them cannot work */
export function settleSimulation(options: SimulateOptions): SimulateSettings {
  checkOptions(options, optionNames)
  const { seed, network = {}, faults = [], size = {}, limit = hour } = options
  if (!Number.isInteger(seed) || seed < 0 || seed >= 2 ** 32) {
    throw invalid('seed', `is ${String(seed)}; give a whole number from 0 to 4,294,967,295`)
  }
  if (!(limit > 0)) throw invalid('limit', `is ${String(limit)}; give milliseconds above 0`)
  checkConditions(network)
  for (const [name, number] of Object.entries(size)) {
    if (Number.isFinite(number)) continue
    throw invalid(`size.${name}`, `is ${show(number)}; give a number`)
  }
  const hosts = settleHosts(options.hosts)
  const wrong = faults === true ? {} : faults === false ? [] : faults
  checkFaults(wrong, hosts)
  return {
    seed,
    hosts,
    network: { latency: 1, ...network },
    faults: wrong,
    size,
    limit,
  }
}

function settleHosts(hosts: SimulateOptions['hosts']): ReadonlyMap<string, HostOptions> {
  if (typeof hosts !== 'object' || hosts === null) {
    throw invalid('hosts', `is ${show(hosts)}; give names, or options by name`)
  }
  const named: (readonly [string, HostOptions])[] = Array.isArray(hosts)
    ? (hosts as readonly string[]).map((name) => [name, {}] as const)
    : Object.entries(hosts as Readonly<Record<string, HostOptions>>)
  if (named.length === 0) throw invalid('hosts', 'has no host; name at least one')
  for (const [name, options] of named) {
    if (!/^[a-z][a-z0-9-]*$/i.test(name)) {
      throw invalid('hosts', `has "${name}"; a host's name is letters, digits and dashes`)
    }
    checkOptions(options, hostNames)
    const { clockRate = 1, clockOffset = 0, backlog = 0, maxDescriptors = 1 } = options
    if (!(clockRate >= 0.5 && clockRate <= 2)) {
      throw invalid('hosts', `has clockRate ${clockRate} for ${name}; give a rate from 0.5 to 2`)
    }
    if (!Number.isFinite(clockOffset)) {
      throw invalid('hosts', `has clockOffset ${clockOffset} for ${name}; give milliseconds`)
    }
    for (const [option, count] of Object.entries({ backlog, maxDescriptors })) {
      if (typeof count === 'number' && count >= 0) continue
      throw invalid('hosts', `has ${option} ${show(count)} for ${name}; give a number, 0 or more`)
    }
  }
  const settled = new Map(named)
  if (settled.size < named.length) throw invalid('hosts', 'has a name twice; each is one host')
  return settled
}
