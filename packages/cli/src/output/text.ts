import { decodePieces, incompleteTail } from './decode.js'
import { escapeByte, escapeText, type Mark } from './escape.js'
import { count } from './numbers.js'
import { columnsOf } from './width.js'

/** So much of a message is shown however narrow the terminal is. */
const fewestBytes = 16

/** How text of a peer is shown. */
export interface TextStyle {
  /** Applied to each escape. */
  readonly mark: Mark
  /** Applied to the note on what was left out. */
  readonly note: Mark
  /** The most bytes of a message that are shown; the rest is counted. */
  readonly limit: number
  /** The most columns of a terminal that it may take, with that note. */
  readonly columns: number
}

/** No colours and no limit. */
export const plainText: TextStyle = {
  mark: (escape) => escape,
  note: (note) => note,
  limit: Infinity,
  columns: Infinity,
}

/**
 * A message as one line that is safe to print: control, bidirectional and invisible characters and
 * malformed bytes escaped, and what is longer than the limit cut, with a count.
 */
export function showMessage(message: Uint8Array, style: TextStyle = plainText): string {
  let limit = Math.min(style.limit, message.length)
  for (;;) {
    const shown = showHead(message, limit, style)
    const columns = style.columns === Infinity ? 0 : columnsOf(shown)
    if (columns <= style.columns || limit <= fewestBytes) return shown
    limit = Math.max(fewestBytes, Math.floor((limit * style.columns) / columns) - 1)
  }
}

function showHead(message: Uint8Array, limit: number, style: TextStyle): string {
  if (message.length <= limit) return showBytes(message, style.mark)
  const head = message.subarray(0, limit)
  const shown = head.subarray(0, head.length - incompleteTail(head))
  const rest = message.length - shown.length
  return `${showBytes(shown, style.mark)}${style.note(`… ${count(rest)} more bytes`)}`
}

/**
 * Bytes as text, with everything escaped that acts on a terminal or cannot be seen, and the backslash
 * too: otherwise four characters that a peer sent would look like a NUL.
 */
export function showBytes(bytes: Uint8Array, mark: Mark): string {
  let shown = ''
  for (const piece of decodePieces(bytes)) {
    if (typeof piece === 'string') shown += escapeWhole(piece, mark)
    else shown += mark(Array.from(piece, escapeByte).join(''))
  }
  return shown
}

function escapeWhole(text: string, mark: Mark): string {
  if (!text.includes('\\')) return escapeText(text, mark)
  return text
    .split('\\')
    .map((part) => escapeText(part, mark))
    .join(mark('\\\\'))
}
