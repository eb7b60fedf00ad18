import { patternBytes } from '../pattern-bytes.js'
import { BoundedRegex } from '../responders/bounded-regex.js'
import { WorkbenchError } from '../workbench-error.js'
import type { Find } from './inbox.js'

/** Bytes that are waited for: one of these. */
export interface Awaited {
  readonly text?: string | undefined
  readonly hex?: string | undefined
  readonly regex?: string | undefined
}

/** Letters of it that are shown. */
const mostShown = 80

/**
 * Looks for bytes in what was said.
 *
 * @throws WorkbenchError for hex and expressions that are none; what it returns throws one for an expression that takes
 *   too long
 */
export function createFind({ text, hex, regex }: Awaited): Find {
  if (regex !== undefined) {
    const bounded = new BoundedRegex(regex)
    return (message) => {
      const end = bounded.findEnd(message.toString('latin1'))
      if (end !== undefined) return end === -1 ? undefined : end
      const why = 'its expression takes too long: write a simpler one'
      throw new WorkbenchError('WORKBENCH_INVALID', why)
    }
  }
  const bytes = patternBytes(
    hex === undefined ? { as: 'text', text: text ?? '' } : { as: 'hex', hex },
  )
  return (message) => {
    const at = message.indexOf(bytes)
    return at === -1 ? undefined : at + bytes.length
  }
}

/** What is waited for, as it is said to a person. */
export function describeAwaited({ text = '', hex, regex }: Awaited): string {
  if (regex !== undefined) return `/${regex.slice(0, mostShown)}/`
  return hex === undefined ? JSON.stringify(text.slice(0, mostShown)) : hex.slice(0, mostShown)
}
