import type { NamedChoice } from '../../src/arguments/framing/choice.js'
import { parseFraming } from '../../src/arguments/framing/parse.js'

/** What `--framing` says of one of the library's. */
export function namedFraming(text: string): NamedChoice {
  const choice = parseFraming(text)
  if (choice.kind === 'module') throw new Error(`${text} is a module`)
  return choice
}
