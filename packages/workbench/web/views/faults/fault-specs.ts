/** Which way a fault works: from the client to the target, or back. */
export type Direction = 'up' | 'down'

/** What a slider sets. */
export interface Knob {
  /** As `--fault` calls it. */
  readonly name: 'latency' | 'bandwidth' | 'drop'
  readonly unit: string
  /** What the slider has: the first one is off. */
  readonly steps: readonly (string | undefined)[]
}

export const knobs: readonly Knob[] = [
  {
    name: 'latency',
    unit: 'ms',
    steps: [undefined, '10', '50', '100', '250', '500', '1000', '2000', '5000'],
  },
  {
    name: 'bandwidth',
    unit: '',
    steps: [undefined, '10MiB/s', '1MiB/s', '256KiB/s', '64KiB/s', '16KiB/s', '4KiB/s', '1KiB/s'],
  },
  {
    name: 'drop',
    unit: '',
    steps: [undefined, '0.001', '0.01', '0.05', '0.1', '0.25', '0.5', '1'],
  },
]

/** Which step of a knob a list of faults has: that of its value, or the one next to it. */
export function stepOf(faults: readonly string[], knob: Knob, direction: Direction): number {
  const value = valueOf(faults, knob, direction)
  if (value === undefined) return 0
  const exact = knob.steps.indexOf(value)
  if (exact >= 0) return exact
  const distances = knob.steps.map((step) =>
    step === undefined ? Infinity : Math.abs(Math.log(amountOf(step) / amountOf(value))),
  )
  const nearest = Math.min(...distances)
  return Number.isFinite(nearest) ? distances.indexOf(nearest) : 1
}

/** What a list of faults has for a knob, as it is written: `100±20`. */
export function valueOf(
  faults: readonly string[],
  knob: Knob,
  direction: Direction,
): string | undefined {
  return findFault(faults, knob, direction)
    ?.slice(knob.name.length + 1)
    .replace(/[@:].*$/, '')
}

/** The list with a knob at another step. */
export function withStep(
  faults: readonly string[],
  knob: Knob,
  direction: Direction,
  step: number,
): string[] {
  const before = findFault(faults, knob, direction)
  const value = knob.steps[step]
  const after = value === undefined ? [] : [`${knob.name}=${value}@${direction}`]
  // Faults stand in a row: one that is changed keeps its place.
  if (before === undefined) return [...faults, ...after]
  return faults.flatMap((fault) => (fault === before ? after : [fault]))
}

export function joinFaults(faults: readonly string[]): string {
  return faults.join('\n')
}

export function splitFaults(text: string): string[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')
}

function findFault(
  faults: readonly string[],
  { name }: Knob,
  direction: Direction,
): string | undefined {
  return faults.find((fault) => {
    // One that does not say which way goes down.
    const [, way = 'down'] = /@(up|down)/.exec(fault) ?? []
    return fault.startsWith(`${name}=`) && way === direction
  })
}

const units: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  kib: 1_024,
  mib: 1_048_576,
  gib: 1_073_741_824,
}

/** `64KiB/s` as a number that can be compared with that of a step. */
function amountOf(value: string): number {
  const [, digits = '', unit = ''] = /^([\d.]+)([a-z]*)/i.exec(value) ?? []
  return Number(digits) * (units[unit.toLowerCase()] ?? 1)
}
