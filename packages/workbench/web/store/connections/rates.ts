/** Looks whose figures are kept of a connection: two seconds of them, at two a second. */
const mostSamples = 5

/** What one look found. */
interface Sample {
  readonly at: number
  readonly bytesRead: number
  readonly bytesWritten: number
}

/** Bytes a second, each way. */
export interface Rate {
  readonly read: number
  readonly written: number
}

/** How fast connections are, by what the looks of the last two seconds found. */
export class Rates {
  #samples: ReadonlyMap<number, readonly Sample[]> = new Map()

  /**
   * A look at the connections found these.
   *
   * @param at milliseconds, of a clock that only goes forward
   * @returns by their numbers; of one that was seen once nothing is known
   */
  take(
    connections: readonly {
      readonly id: number
      readonly bytesRead: number
      readonly bytesWritten: number
    }[],
    at: number,
  ): ReadonlyMap<number, Rate> {
    const samples = new Map<number, readonly Sample[]>()
    const rates = new Map<number, Rate>()
    for (const { id, bytesRead, bytesWritten } of connections) {
      const kept = [...(this.#samples.get(id) ?? []), { at, bytesRead, bytesWritten }]
      samples.set(id, kept.slice(-mostSamples))
      const [first] = samples.get(id) ?? []
      if (first === undefined || first.at >= at) continue
      const seconds = (at - first.at) / 1_000
      rates.set(id, {
        read: Math.round((bytesRead - first.bytesRead) / seconds),
        written: Math.round((bytesWritten - first.bytesWritten) / seconds),
      })
    }
    this.#samples = samples
    return rates
  }
}
