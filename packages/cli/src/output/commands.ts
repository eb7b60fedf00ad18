import { columnsOf } from './width.js'

/** A word with its quotes, as `quoteWord` writes them. */
const word = /(?:'[^']*'|\\.|[^\s'])+/g

/**
 * A command to copy into a shell. What is wider than the terminal is broken between its words, with the
 * backslash that tells the shell so. Windows has other shells: there it stays on one line.
 */
export function wrapCommand(
  head: string,
  command: string,
  width: number,
  platform: NodeJS.Platform = process.platform,
): string {
  if (columnsOf(head + command) <= width || platform === 'win32') return head + command
  const indent = ' '.repeat(columnsOf(head) + 2)
  const [first = '', ...parts] = splitCommand(command)
  const lines: string[] = []
  let line = head + first
  for (const part of parts) {
    // A space and the backslash may follow.
    if (columnsOf(`${line} ${part}`) <= width - 2) line = `${line} ${part}`
    else {
      lines.push(`${line} \\`)
      line = indent + part
    }
  }
  return [...lines, line].join('\n')
}

/** Its words; an option stays with the one behind it. */
function splitCommand(command: string): string[] {
  const words = Array.from(command.matchAll(word), ([text]) => text)
  return words.flatMap((text, index) => {
    if (words[index - 1]?.startsWith('-') === true) return []
    const value = text.startsWith('-') ? words[index + 1] : undefined
    return [value === undefined ? text : `${text} ${value}`]
  })
}
