import { SpellingError } from './spelling-error.js'

/** What is behind a backslash. A `\0` in front of a digit is not taken: in other programs it is octal. */
const escape: RegExp =
  /\\(?:x(?<byte>[\da-fA-F]{2})|u(?<unit>[\da-fA-F]{4})|u\{(?<point>[\da-fA-F]{1,6})\}|(?<short>[tnr]|0(?!\d))|(?<itself>[ -/:-@[-`{-~]))/y

const shortForms: Readonly<Record<string, string>> = { '0': '\0', t: '\t', n: '\n', r: '\r' }

/**
 * Text as bytes in UTF-8, in which `\xNN` is one byte and `\r`, `\n`, `\t`, `\0`, `\uNNNN`, `\u{N}` and `\\`
 * are characters: as the command shows them. A backslash in front of a punctuation mark means that mark.
 *
 * @throws SpellingError
 */
export function unescapeText(text: string): Uint8Array {
  const parts: Uint8Array[] = []
  let start = 0
  for (let at = text.indexOf('\\'); at !== -1; at = text.indexOf('\\', start)) {
    parts.push(Buffer.from(text.slice(start, at)))
    escape.lastIndex = at
    const match = escape.exec(text)
    const bytes = match === null ? undefined : bytesOf(match.groups ?? {})
    if (bytes === undefined) throw noEscape(text, at)
    parts.push(bytes)
    start = escape.lastIndex
  }
  parts.push(Buffer.from(text.slice(start)))
  return Uint8Array.from(Buffer.concat(parts))
}

function bytesOf({ byte, unit, point, short, itself }: Groups): Uint8Array | undefined {
  if (byte !== undefined) return Uint8Array.of(Number.parseInt(byte, 16))
  if (short !== undefined) return Buffer.from(shortForms[short] ?? '')
  if (itself !== undefined) return Buffer.from(itself)
  const code = Number.parseInt(unit ?? point ?? '', 16)
  const isCharacter = code <= 0x10ffff && (code < 0xd800 || code > 0xdfff)
  return isCharacter ? Buffer.from(String.fromCodePoint(code)) : undefined
}

type Groups = Readonly<Record<string, string | undefined>>

function noEscape(text: string, at: number): SpellingError {
  const [written = '\\'] = /^\\(?:x\w{0,2}|u\{?\w{0,6}\}?|0\d*|.?)/su.exec(text.slice(at)) ?? []
  return new SpellingError(
    at,
    `${written} is no escape`,
    String.raw`write \xNN for a byte, \r, \n, \t, \0, or \\ for a backslash`,
  )
}
