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

/** Which step of a knob a list of faults has; one that is between the steps is the next smaller. */
export function stepOf(faults: readonly string[], knob: Knob, direction: Direction): number {
  const value = findFault(faults, knob, direction)
    ?.slice(knob.name.length + 1)
    .replace(/[@:±].*$/, '')
  return Math.max(0, knob.steps.indexOf(value))
}

/** The list with a knob at another step. */
export function withStep(
  faults: readonly string[],
  knob: Knob,
  direction: Direction,
  step: number,
): string[] {
  const before = findFault(faults, knob, direction)
  const others = faults.filter((fault) => fault !== before)
  const value = knob.steps[step]
  return value === undefined ? others : [...others, `${knob.name}=${value}@${direction}`]
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
  return faults.find((fault) => fault.startsWith(`${name}=`) && fault.includes(`@${direction}`))
}
