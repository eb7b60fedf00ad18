import { UsageError } from '../failure.js'

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }

/**
 * A time in milliseconds: `500`, `500ms`, `1.5s`, `2m`, `1h`, or `off` for Infinity.
 *
 * @param least the least milliseconds that make sense
 * @throws UsageError
 */
export function parseDuration(option: string, least = 1): (text: string) => number {
  return (text) => {
    if (text === 'off') return Infinity
    const match = /^(\d+(?:\.\d+)?)(ms|s|m|h)?$/.exec(text)
    const value = Number(match?.[1]) * (units[match?.[2] ?? 'ms'] ?? Number.NaN)
    if (value >= least && value !== Infinity) return Math.ceil(value)
    throw new UsageError(
      `${option} is a time, not ${JSON.stringify(text)}`,
      'write 500ms, 30s, 2m or 1h (a bare number is milliseconds), or off',
    )
  }
}
