import { checkOptions } from '../options/check-options.js'
import { invalid, show } from '../options/invalid.js'
import type { NamesOf, OptionNames } from '../options/option-names.js'
import { checkConditions } from './network/path.js'
import {
  type Fault,
  type FaultKind,
  faultKinds,
  type FaultMix,
  type HostFault,
  type PathFault,
  type ResetFault,
} from './faults/fault.js'

const mixNames: NamesOf<FaultMix> = { every: true, until: true, kinds: true }
const pathNames: NamesOf<PathFault> = {
  kind: true,
  at: true,
  for: true,
  from: true,
  to: true,
  oneWay: true,
  conditions: true,
}
const resetNames: NamesOf<ResetFault> = { kind: true, at: true, from: true, to: true }
const hostNames: NamesOf<HostFault> = { kind: true, at: true, for: true, host: true }
const namesOf: Readonly<Record<FaultKind, OptionNames>> = {
  cut: pathNames,
  bad: pathNames,
  reset: resetNames,
  freeze: hostNames,
  kill: hostNames,
  power: hostNames,
}

/** @throws OptionError when one of them cannot happen on these hosts */
export function checkFaults(
  faults: readonly Fault[] | FaultMix,
  hosts: ReadonlyMap<string, unknown>,
): void {
  if (!isList(faults)) checkMix(faults)
  else for (const [index, fault] of faults.entries()) checkFault(fault, `faults[${index}]`, hosts)
}

function isList(faults: readonly Fault[] | FaultMix): faults is readonly Fault[] {
  return Array.isArray(faults)
}

function checkMix(mix: FaultMix): void {
  checkOptions(mix, mixNames, 'faults')
  const { every = 1, until = 0, kinds = [] } = mix
  if (!(every >= 1 && every < Infinity)) {
    throw invalid('faults.every', `is ${show(every)}; give milliseconds, 1 or more`)
  }
  // Without an end there would be no end of faults.
  if (!(until >= 0 && until < Infinity)) {
    throw invalid('faults.until', `is ${show(until)}; give milliseconds of the world`)
  }
  if (!Array.isArray(kinds)) throw invalid('faults.kinds', `is ${show(kinds)}; give a list`)
  for (const kind of kinds as readonly unknown[]) checkKind(kind, 'faults.kinds')
}

function checkFault(fault: Fault, where: string, hosts: ReadonlyMap<string, unknown>): void {
  if (typeof fault !== 'object' || fault === null) {
    throw invalid(where, `is ${show(fault)}; give an object with kind and at`)
  }
  checkKind(fault.kind, `${where}.kind`)
  checkOptions(fault, namesOf[fault.kind], where)
  const times = 'for' in fault ? { at: fault.at, for: fault.for } : { at: fault.at }
  for (const [name, time] of Object.entries(times)) {
    if (time >= 0) continue
    throw invalid(`${where}.${name}`, `is ${show(time)}; give milliseconds, 0 or more`)
  }
  const named = 'host' in fault ? { host: fault.host } : { from: fault.from, to: fault.to }
  for (const [name, host] of Object.entries(named)) {
    if (hosts.has(host)) continue
    throw invalid(`${where}.${name}`, `is ${show(host)}; there is ${[...hosts.keys()].join(', ')}`)
  }
  if ('conditions' in fault && fault.conditions !== undefined) checkConditions(fault.conditions)
}

function checkKind(kind: unknown, where: string): void {
  if (faultKinds.includes(kind as FaultKind)) return
  throw invalid(where, `is ${show(kind)}; there is ${faultKinds.join(', ')}`)
}
