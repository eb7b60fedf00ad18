import { Chance } from '../chance.js'
import type { Conditions } from '../network/path.js'
import { type Fault, type FaultKind, faultKinds, type FaultMix } from './fault.js'

const defaultEvery = 2_000
const defaultUntil = 30_000

/** The faults that a seed makes up, in order of time. */
export function makeFaults(
  seed: number,
  hosts: readonly string[],
  mix: FaultMix,
): readonly Fault[] {
  const { every = defaultEvery, until = defaultUntil, kinds = faultKinds } = mix
  const chance = new Chance(seed, 'faults')
  // Between one host and itself nothing goes wrong.
  const possible = hosts.length > 1 ? kinds : kinds.filter((kind) => isOfHost(kind))
  const faults: Fault[] = []
  if (possible.length === 0) return faults
  for (let at = chance.wait(every); at < until; at += chance.wait(every)) {
    faults.push(makeFault(chance, chance.pick(possible), Math.round(at), hosts))
  }
  return faults
}

function makeFault(chance: Chance, kind: FaultKind, at: number, hosts: readonly string[]): Fault {
  // Most are over soon; some outlast every timeout.
  const lasting = Math.round(chance.wait(chance.happens(0.2) ? 20_000 : 1_500))
  if (isOfHost(kind)) return { kind, at, for: lasting, host: chance.pick(hosts) }
  const from = chance.pick(hosts)
  const to = chance.pick(hosts.filter((host) => host !== from))
  if (kind === 'reset') return { kind, at, from, to }
  const way = { kind, at, for: lasting, from, to, oneWay: chance.happens(0.4) }
  return kind === 'cut' ? way : { ...way, conditions: makeConditions(chance) }
}

function makeConditions(chance: Chance): Conditions {
  const latency = chance.integer(0, 400)
  return {
    latency,
    jitter: chance.integer(0, latency),
    ...(chance.happens(0.5) ? { loss: chance.integer(1, 30) / 100 } : {}),
    ...(chance.happens(0.4) ? { bandwidth: chance.integer(1_000, 1_000_000) } : {}),
    ...(chance.happens(0.4) ? { chunkSize: chance.integer(1, 2_000) } : {}),
  }
}

function isOfHost(kind: FaultKind): kind is 'freeze' | 'kill' | 'power' {
  return kind === 'freeze' || kind === 'kill' || kind === 'power'
}
