import { pathToFileURL } from 'node:url'

/**
 * NODE_OPTIONS of a program that is to load a file before all others.
 *
 * It is `--require=FILE`: that works for ESM programs, too, and is faster than `--import`. A program that has a
 * `--require` already gets `--import=URL`, because tools that read NODE_OPTIONS keep the last of several (Next.js does);
 * for the same reason it is written with `=`, and not with a space. What was there is kept, behind it.
 *
 * @param before what the user has there
 * @param file an absolute path
 */
export function extendNodeOptions(before: string | undefined, file: string): string {
  const words = splitNodeOptions(before ?? '')
  const require = `--require=${file}`
  const imported = `--import=${pathToFileURL(file).href}`
  // An inspector inside an inspector.
  if (words.includes(require) || words.includes(imported)) return before ?? ''
  const hasRequire = words.some((word) => /^(?:-r|--require)(?:=|$)/.test(word))
  // A module is not found whose path has a backslash, but on Windows.
  const isImportable = !/%5C/i.test(imported)
  const ours = hasRequire && isImportable ? imported : quote(require)
  return before === undefined || before === '' ? ours : `${ours} ${before}`
}

/** The words of NODE_OPTIONS as Node.js takes them: parted by spaces; `"` keeps some, `\` within escapes. */
export function splitNodeOptions(text: string): string[] {
  const words: string[] = []
  let word: string | undefined
  let isQuoted = false
  for (let at = 0; at < text.length; at++) {
    const unit = text[at]!
    if (unit === ' ' && !isQuoted) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (unit === '"') {
      isQuoted = !isQuoted
    } else {
      // A backslash at the end is an error, which Node.js reports.
      if (unit === '\\' && isQuoted) at++
      word = (word ?? '') + (text[at] ?? '')
    }
  }
  return word === undefined ? words : [...words, word]
}

/** Windows has backslashes in each path: they mean nothing outside of quotes. */
function quote(word: string): string {
  return /[ "]/.test(word) ? `"${word.replaceAll(/["\\]/g, String.raw`\$&`)}"` : word
}
