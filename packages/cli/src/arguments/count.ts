import { UsageError } from '../failure.js'

/**
 * A whole number of 1 or more.
 *
 * @throws UsageError
 */
export function parsePositive(option: string): (text: string) => number {
  return (text) => {
    const value = parseCount(option)(text)
    if (value > 0) return value
    throw new UsageError(`${option} is 0`, 'write a whole number, 1 or more')
  }
}

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

/**
 * `auto`, or a whole number of 1 or more.
 *
 * @throws UsageError
 */
export function parseWorkers(text: string): number | 'auto' {
  if (text === 'auto') return text
  const value = Number(text)
  if (/^\d+$/.test(text) && value >= 1 && value <= mostWorkers) return value
  throw new UsageError(
    `--workers is auto or a number of processes, not ${JSON.stringify(text)}`,
    `write auto, or a whole number from 1 to ${mostWorkers}`,
  )
}

/** What the library takes. */
const mostWorkers = 1_024
