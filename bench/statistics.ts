/** The middle, the quartiles and the ends of some values. */
export interface Summary {
  median: number
  lowerQuartile: number
  upperQuartile: number
  smallest: number
  largest: number
}

/** Summarise values; there is at least one. */
export function summarise(values: readonly number[]): Summary {
  const sorted = values.toSorted((a, b) => a - b)
  return {
    median: quantile(sorted, 0.5),
    lowerQuartile: quantile(sorted, 0.25),
    upperQuartile: quantile(sorted, 0.75),
    smallest: quantile(sorted, 0),
    largest: quantile(sorted, 1),
  }
}

function quantile(sorted: readonly number[], fraction: number): number {
  const place = (sorted.length - 1) * fraction
  const below = sorted[Math.floor(place)] as number
  const above = sorted[Math.ceil(place)] as number
  return below + (above - below) * (place - Math.floor(place))
}
