import { invalid, show } from './invalid.js'

/** @throws OptionError unless `value` is a number of milliseconds, 1 or more; `Infinity` is off. */
export function milliseconds(option: string, value: number): number {
  return atLeast(option, value, 1, 'milliseconds')
}

/** @throws OptionError unless `value` is a number of at least `least`; `Infinity` is off. */
export function atLeast(option: string, value: number, least: number, unit = 'bytes'): number {
  if (typeof value === 'number' && value >= least) return value
  throw invalid(
    option,
    `is ${show(value)}: it takes a number of ${unit}, ${least} or more (Infinity is off)`,
  )
}
