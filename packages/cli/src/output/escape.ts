/**
 * Makes what a peer sent safe to look at. A peer must not be able to move the cursor, change
 * colours or the title, answer a terminal's query, reorder the line or hide a part of it.
 */

/**
 * C0, DEL and C1 (Cc); bidirectional and other format characters (Cf); line and paragraph
 * separators (Zl, Zp); halves of surrogate pairs (Cs); whatever is drawn as nothing.
 */
const unsafeCharacter: RegExp =
  /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Default_Ignorable_Code_Point}\u2800]/gu

/** What keeps an emoji together is invisible too, but harmless where it stands. */
const emojiGlue: RegExp =
  /(?<=\p{Extended_Pictographic})\uFE0F|(?<=\p{Extended_Pictographic}\uFE0F?|\p{Emoji_Modifier})\u200D(?=\p{Extended_Pictographic})/gu

const shortForms: Readonly<Record<string, string>> = { '\t': '\\t', '\n': '\\n', '\r': '\\r' }

/** Marks an escape, so that it differs from the same characters sent by the peer. */
export type Mark = (escape: string) => string

const unmarked: Mark = (escape) => escape

/** Whether `text` can be shown as it is. */
export function isSafe(text: string): boolean {
  return text.search(unsafeCharacter) === -1
}

/**
 * Replace every character that acts on a terminal, or cannot be seen, by a visible escape.
 *
 * @param text any text
 * @param mark applied to each escape, for instance a colour
 */
export function escapeText(text: string, mark: Mark = unmarked): string {
  if (isSafe(text)) return text
  const harmless = new Set<number>()
  for (const match of text.matchAll(emojiGlue)) harmless.add(match.index)
  return text.replace(unsafeCharacter, (character, offset: number) =>
    harmless.has(offset) ? character : mark(escapeCharacter(character)),
  )
}

/** A byte that is not part of any character: `\xff`. */
export function escapeByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`
}

/** One character as an escape: `\n`, `\x1b`, `\u202e`, `\u{e0001}`. */
export function escapeCharacter(character: string): string {
  const short = shortForms[character]
  if (short !== undefined) return short
  const code = character.codePointAt(0) ?? 0
  if (code < 0x80) return escapeByte(code)
  if (code > 0xffff) return `\\u{${code.toString(16)}}`
  return `\\u${code.toString(16).padStart(4, '0')}`
}
