import { unescapeText } from './escapes.js'

/** Something to send that was written by hand. */
export interface Typed {
  readonly bytes: Uint8Array
  /** A line, behind which a stream gets the end of a line. */
  readonly isLine: boolean
}

/**
 * A line that was typed, or an option that holds one.
 *
 * @param hasEscapes whether `\xNN` and the like are bytes. A `\c` at the end then leaves out the end of
 *   the line, as it does with `echo -e` and `printf %b`
 * @throws SpellingError
 */
export function readTyped(text: string, hasEscapes: boolean): Typed {
  if (!hasEscapes) return { bytes: Buffer.from(text), isLine: true }
  const isOpen = /(?<!\\)(?:\\\\)*\\c$/.test(text)
  return { bytes: unescapeText(isOpen ? text.slice(0, -2) : text), isLine: !isOpen }
}

/**
 * What to say, once, of a line that may have been meant to have escapes. Paths and expressions have `\r` and
 * `\n` too, but seldom at their end.
 */
export function adviseEscapes(text: string): string | undefined {
  const [escape] = /\\x[\da-fA-F]{2}|(?:\\[rn])+$/.exec(text) ?? []
  if (escape === undefined) return undefined
  const bytes = escape.startsWith('\\x') ? 1 : escape.length / 2
  const meant = bytes === 1 ? 'a byte' : `${bytes} bytes`
  return `${escape} goes out as ${escape.length} characters: with --escapes it is ${meant}`
}
