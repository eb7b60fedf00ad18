/** Names and values that tell series of one metric apart. */
export type Labels = Readonly<Record<string, string>>

/** One value of a metric. */
export interface Sample {
  /** Behind the metric's name: `_bucket`, `_sum` and `_count` of a histogram. Default none. */
  readonly suffix?: string
  readonly labels: Labels
  readonly value: number
}

/** One metric: what it is, and its values. */
export interface Family {
  readonly name: string
  readonly type: 'counter' | 'gauge' | 'histogram'
  readonly help: string
  readonly samples: readonly Sample[]
}

/** Join families of the same name, as each server makes one: a name may stand in a page only once. */
export function mergeFamilies(families: readonly Family[]): Family[] {
  const merged = new Map<string, Family>()
  for (const family of families) {
    const before = merged.get(family.name)?.samples ?? []
    merged.set(family.name, { ...family, samples: [...before, ...family.samples] })
  }
  return [...merged.values()]
}
