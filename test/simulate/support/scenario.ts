import type { HostOptions, SimulateOptions, World } from 'hawser/simulate'

/** A program over several hosts, and what has to hold whatever goes wrong around it. */
export interface Scenario {
  /** What it is called on the command line. */
  readonly id: string
  /** What it does, in words. */
  readonly title: string
  readonly hosts: readonly string[] | Readonly<Record<string, HostOptions>>
  /** How large it is; a failure is made smaller by these. */
  readonly size: Readonly<Record<string, number>>
  /** How good the network is. Default 1 ms, and nothing wrong. */
  readonly network?: SimulateOptions['network']
  /** What goes wrong. Default a mix of all. */
  readonly faults?: SimulateOptions['faults']
  readonly run: (world: World) => Promise<void>
}

/** The options with which `simulate` runs a scenario. */
export function optionsOf(
  { hosts, size, network, faults = true }: Scenario,
  seed: number,
): SimulateOptions {
  return { seed, hosts, size, network, faults }
}
