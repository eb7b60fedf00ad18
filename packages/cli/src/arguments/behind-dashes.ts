/** The commands that run another. */
const runners: readonly (string | undefined)[] = ['inspect', 'record']

/** The words of this command, and those of the one that it runs, which stand behind `--`. */
export function splitWords(words: readonly string[]): {
  readonly own: readonly string[]
  readonly behind: readonly string[]
} {
  const at = runners.includes(words[0]) ? words.indexOf('--') : -1
  if (at < 0) return { own: words, behind: [] }
  return { own: words.slice(0, at), behind: words.slice(at + 1) }
}
