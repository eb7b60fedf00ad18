import type { Filter } from '../../../src/protocol/filter.js'
import { showSize } from '../../bytes/amounts.js'
import { tame } from '../../bytes/show-text.js'
import type { Words } from '../../words/words.js'

/** Characters of what is looked for that are shown. */
const mostShown = 16

/** What a filter leaves, in few words; empty for what is chosen beside it. */
export function filterText(filter: Filter, words: Words): string {
  const { connection, pattern, hideSame = [] } = filter
  return [
    connection === undefined ? '' : `#${connection}`,
    pattern === undefined ? '' : patternText(pattern),
    hideSame.length === 0 ? '' : words.withoutSame(hiddenText(hideSame)),
  ]
    .filter(Boolean)
    .join(' · ')
}

function patternText(pattern: NonNullable<Filter['pattern']>): string {
  if (pattern.as === 'text') {
    const said = `“${cut(pattern.text)}”`
    return pattern.anyCase === true ? `${said} aA` : said
  }
  return pattern.as === 'hex' ? cut(pattern.hex) : `/${cut(pattern.regex)}/`
}

/** How much it is, of one; how many, of several. */
function hiddenText(hidden: readonly string[]): string {
  const [first = ''] = hidden
  return hidden.length === 1 ? showSize(first.length / 2) : String(hidden.length)
}

function cut(text: string): string {
  return tame(text.length > mostShown ? `${text.slice(0, mostShown)}…` : text)
}
