import type { HostOptions, SimulateOptions, World } from 'hawser/simulate'
import { Draw } from './draw.js'

/** A program over several hosts, and what has to hold whatever goes wrong around it. */
export interface Scenario {
  /** What it is called on the command line. */
  readonly id: string
  /** What it does, in words. */
  readonly title: string
  readonly hosts: readonly string[] | Readonly<Record<string, HostOptions>>
  /** How large it is; a failure is made smaller by these. */
  readonly size: Readonly<Record<string, number>>
  /** What of the network is not drawn from the seed. */
  readonly network?: Network
  /** What goes wrong. Default a mix of all. */
  readonly faults?: SimulateOptions['faults']
  readonly run: (world: World) => Promise<void>
}

type Network = NonNullable<SimulateOptions['network']>

/** The options with which `simulate` runs a scenario; the network and the clocks are drawn from the seed. */
export function optionsOf(
  { hosts, size, network, faults = true }: Scenario,
  seed: number,
): SimulateOptions {
  return {
    seed,
    hosts: drawClocks(new Draw(seed, 'clocks'), hosts),
    size,
    network: { ...drawNetwork(new Draw(seed, 'network')), ...network },
    faults,
  }
}

const day = 86_400_000

/** Half of the worlds have one time. In the others a clock was set at another time, and is fast or slow. */
function drawClocks(draw: Draw, hosts: Scenario['hosts']): Readonly<Record<string, HostOptions>> {
  const named = Array.isArray(hosts)
    ? (hosts as readonly string[]).map((name) => [name, {}] as const)
    : Object.entries(hosts as Readonly<Record<string, HostOptions>>)
  if (draw.happens(0.5)) return Object.fromEntries(named)
  return Object.fromEntries(
    named.map(([name, options]) => [
      name,
      {
        ...options,
        clockOffset: draw.integer(0, day),
        clockRate: draw.integer(980, 1_020) / 1_000,
      },
    ]),
  )
}

/** From machines beside each other to two ends of the world. */
function drawNetwork(draw: Draw): Network {
  if (draw.happens(0.3)) return {}
  const latency = draw.integer(0, draw.happens(0.5) ? 5 : 150)
  return {
    latency,
    jitter: draw.happens(0.5) ? draw.integer(0, latency) : 0,
    ...(draw.happens(0.3) ? { bandwidth: draw.integer(100_000, 10_000_000) } : {}),
    ...(draw.happens(0.3) ? { chunkSize: draw.integer(50, 3_000) } : {}),
  }
}
