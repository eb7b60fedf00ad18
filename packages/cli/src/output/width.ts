import measure from 'fast-string-truncated-width'
import { wrapAnsi } from 'fast-wrap-ansi'

/** With fewer columns than this for the text, the terminal wraps it better than we do. */
const leastRoom = 20

const noBreak = '\u00a0'

/** How many columns of a terminal a text takes: colours take none, wide characters and emoji two. */
export function columnsOf(text: string): number {
  return measure(text).width
}

/** A text of several words that is not broken by {@link wrapHanging}. */
export function glue(text: string): string {
  return text.replaceAll(' ', noBreak)
}

/** Text behind a head: what does not fit into the width goes on below where the text began. */
export function wrapHanging(head: string, text: string, width: number): string {
  const indent = columnsOf(head)
  const room = width - indent
  const fits = room < leastRoom || columnsOf(text) <= room
  const lines = fits ? [text] : wrapAnsi(text, room).split('\n')
  const below = `\n${' '.repeat(indent)}`
  return head + lines.join(below).replaceAll(noBreak, ' ')
}
