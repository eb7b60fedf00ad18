import { UsageError } from '../failure.js'

/** What only a shell can do. Patterns of file names are not among them: `*:8000` and `[::1]:8000` are places. */
const ofShell = /[|&;<>()`$\n\r]/
/** A quoted part, an escaped character, space, or any other character. */
const pieces =
  /'(?<single>[^']*)'|"(?<double>(?:[^"\\]|\\[^])*)"|\\(?<escaped>[^\n])|(?<space>[ \t]+)|(?<other>[^])/g

/**
 * The words of a command line, quoted as in a shell. It is read, and nothing of it is run.
 *
 * @throws UsageError for what only a shell can do
 */
export function splitWords(line: string): string[] {
  const words: string[] = []
  let word: string | undefined
  for (const { groups = {} } of line.trim().matchAll(pieces)) {
    const { single, double, escaped, space, other } = groups
    if (space === undefined) {
      word = (word ?? '') + (single ?? escaped ?? readDouble(double) ?? readOther(other ?? ''))
    } else if (word !== undefined) {
      words.push(word)
      word = undefined
    }
  }
  if (word !== undefined) words.push(word)
  return words
}

/** Between these, a shell still puts the values of variables and the output of programs. */
function readDouble(text: string | undefined): string | undefined {
  const [, active] = /(?<!\\)(?:\\\\)*([$`])/.exec(text ?? '') ?? []
  if (active !== undefined) throw refuse(active)
  return text?.replaceAll(/\\(["\\$`])/g, '$1')
}

function readOther(character: string): string {
  if (character === "'" || character === '"') {
    throw new UsageError('a quotation mark has no end', `write the second ${character}`)
  }
  if (ofShell.test(character)) throw refuse(character)
  return character
}

function refuse(character: string): UsageError {
  const shown = /[\n\r]/.test(character) ? 'a second line' : character
  return new UsageError(
    `${shown} is for a shell, and the line is read and never run`,
    'leave it out, or put the word between quotation marks',
  )
}
