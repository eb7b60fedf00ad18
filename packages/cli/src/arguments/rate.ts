import { UsageError } from '../failure.js'

const seconds: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600 }

/** How fast one address may connect. */
export interface Rate {
  readonly perSecond: number
  readonly burst?: number
}

/**
 * A rate, with a burst behind it: `10/s`, `30/m:5`.
 *
 * @throws UsageError
 */
export function parseRate(option: string): (text: string) => Rate {
  return (text) => {
    const match = /^(\d{1,9}(?:\.\d{1,9})?)\/([smh])(?::([1-9]\d{0,8}))?$/.exec(text)
    const perSecond = Number(match?.[1]) / (seconds[match?.[2] ?? 's'] ?? 1)
    const burst = match?.[3]
    if (perSecond > 0)
      return burst === undefined ? { perSecond } : { perSecond, burst: Number(burst) }
    throw new UsageError(
      `${option} is a rate, not ${JSON.stringify(text)}`,
      'write 10/s or 30/m, and 10/s:50 to allow 50 at once',
    )
  }
}
