import { UsageError } from '../failure.js'

const units: Readonly<Record<string, number>> = { '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }

/**
 * A number of bytes, 1 or more: `4096`, `64KiB`, `64k`, `1.5MiB`; a K is 1024.
 *
 * @throws UsageError
 */
export function parseSize(option: string): (text: string) => number {
  return (text) => {
    const value = readSize(text)
    if (value !== undefined) return value
    throw new UsageError(
      `${option} is a size, not ${JSON.stringify(text)}`,
      'write 4096, 64KiB or 1MiB (a bare number is bytes)',
    )
  }
}

/**
 * Bytes a second, 1 or more: `240`, `4KiB`, or `off` for Infinity.
 *
 * @throws UsageError
 */
export function parseByteRate(option: string): (text: string) => number {
  return (text) => {
    const value = text === 'off' ? Infinity : readSize(text)
    if (value !== undefined) return value
    throw new UsageError(
      `${option} is bytes a second, not ${JSON.stringify(text)}`,
      'write 240 or 4KiB, or off',
    )
  }
}

function readSize(text: string): number | undefined {
  const match = /^(\d{1,15}(?:\.\d{1,9})?)(?:([kmg])(?:i?b)?|b)?$/i.exec(text)
  const value = Number(match?.[1]) * (units[match?.[2]?.toLowerCase() ?? ''] ?? Number.NaN)
  return Number.isInteger(value) && value > 0 ? value : undefined
}
