import type { OptionError } from '../errors.js'
import { invalid } from '../options/invalid.js'

/** The error of what a header cannot carry. */
export function unsendable(text: string, option = 'proxyProtocol'): OptionError {
  return invalid(option, `cannot be sent: ${text}`)
}
