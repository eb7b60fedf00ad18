import measure from 'fast-string-truncated-width'
import { wrapAnsi } from 'fast-wrap-ansi'

/** With fewer columns than this for the text, the terminal wraps it better than we do. */
const leastRoom = 20

/** How many columns of a terminal a text takes: colours take none, wide characters and emoji two. */
export function columnsOf(text: string): number {
  return measure(text).width
}

/** Text behind a head: what does not fit into the width goes on below where the text began. */
export function wrapHanging(head: string, text: string, width: number): string {
  const indent = columnsOf(head)
  const room = width - indent
  if (room < leastRoom || columnsOf(text) <= room) return head + text
  return (
    head +
    wrapAnsi(text, room)
      .split('\n')
      .join(`\n${' '.repeat(indent)}`)
  )
}
