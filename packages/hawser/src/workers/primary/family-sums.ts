import type { Family, Labels, Sample } from '../../metrics/family.js'

/** Gauges of which several together say no more than the largest. */
const largest = new Set(['hawser_accepting'])

/** Add metrics of the same names and labels. */
export function sumFamilies(families: readonly Family[]): Family[] {
  const sums = new Map<string, { family: Family; samples: Map<string, Sample> }>()
  for (const family of families) {
    let sum = sums.get(family.name)
    if (sum === undefined) {
      sum = { family, samples: new Map() }
      sums.set(family.name, sum)
    }
    const join = largest.has(family.name) ? Math.max : add
    for (const sample of family.samples) {
      const key = JSON.stringify([sample.suffix, sample.labels])
      const before = sum.samples.get(key)
      const value = before === undefined ? sample.value : join(before.value, sample.value)
      sum.samples.set(key, { ...sample, value })
    }
  }
  return [...sums.values()].map(({ family, samples }) => ({
    ...family,
    samples: [...samples.values()],
  }))
}

/** What counts on when the process that counted is gone. */
export function countersOf(families: readonly Family[]): Family[] {
  return families.filter(({ type }) => type !== 'gauge')
}

/** Put labels in front of those there are. */
export function labelFamilies(families: readonly Family[], labels: Labels): Family[] {
  return families.map((family) => ({
    ...family,
    samples: family.samples.map((sample) => ({
      ...sample,
      labels: { ...labels, ...sample.labels },
    })),
  }))
}

function add(one: number, other: number): number {
  return one + other
}
