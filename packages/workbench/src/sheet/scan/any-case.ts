import type { Pattern } from '../../protocol/filter.js'
import { encodeText } from '../../protocol/text/encode-text.js'
import { patternBytes } from '../../pattern-bytes.js'

type TextPattern = Extract<Pattern, { readonly as: 'text' }>

/** A text in whatever case, as an expression in which each byte is a character, and how many bytes a match has at most. */
export function anyCase({ text, encoding = 'utf-8' }: TextPattern): {
  readonly source: string
  readonly longest: number
} {
  let source = ''
  let longest = 0
  for (const character of text) {
    const own = patternBytes({ as: 'text', text: character, encoding })
    const forms = [own]
    for (const other of casesOf(character)) {
      // Its other case may not be in the encoding: nothing can be written with it then.
      const bytes = encodeText(other, encoding)
      if (bytes !== undefined) forms.push(Buffer.from(bytes))
    }
    const spelled = new Set(forms.map((bytes) => bytes.toString('hex').replaceAll(/../g, '\\x$&')))
    source += `(?:${[...spelled].join('|')})`
    longest += Math.max(...forms.map(({ length }) => length))
  }
  return { source, longest }
}

/** The small letter sigma has two forms, which have one capital. */
function casesOf(character: string): readonly string[] {
  const large = character.toUpperCase()
  return [large, character.toLowerCase(), large.toLowerCase()]
}
