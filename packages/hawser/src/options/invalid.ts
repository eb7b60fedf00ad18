import { OptionError } from '../errors.js'

/**
 * The error of an option that cannot work.
 *
 * @param option its name, with the option that it is in: `tls.ca`. The message begins with it
 * @param text what is wrong with it, and what to do
 */
export function invalid(option: string, text: string, cause?: unknown): OptionError {
  return new OptionError('HAWSER_INVALID_OPTION', (name) => `${name} ${text}`, { cause, option })
}

/** A value as it would be written in a program, in at most 40 characters. */
export function show(value: unknown): string {
  if (typeof value === 'object' && value !== null) return 'an object'
  if (typeof value === 'function') return 'a function'
  return (typeof value === 'string' ? JSON.stringify(value) : String(value)).slice(0, 40)
}

/** What kind of value it is, with its article. */
export function kindOf(value: unknown): string {
  if (value === undefined || value === null) return String(value)
  if (Array.isArray(value)) return 'an array'
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`
}
