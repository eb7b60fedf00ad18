import { UsageError } from '../failure.js'

/**
 * A whole number of 0 or more.
 *
 * @throws UsageError
 */
export function parseCount(option: string): (text: string) => number {
  return (text) => {
    const value = Number(text)
    if (/^\d+$/.test(text) && Number.isSafeInteger(value)) return value
    throw new UsageError(
      `${option} is a count, not ${JSON.stringify(text)}`,
      'write a whole number, 0 or more',
    )
  }
}
