/** Letters that may be wrong. */
const most = 2

/** The word that was probably meant: it was cut short, or a few letters are wrong, missing or too many. */
export function nearest(wrong: string, words: readonly string[]): string | undefined {
  if (wrong === '') return undefined
  const longer = words.filter((word) => word.startsWith(wrong))
  // Of several there is none that was rather meant than the others.
  if (longer.length > 0) return longer.length === 1 ? longer[0] : undefined
  const close = words
    .map((word) => ({ word, distance: distanceBetween(wrong.toLowerCase(), word.toLowerCase()) }))
    .filter(({ word, distance }) => distance <= Math.min(most, Math.floor(word.length / 2)))
    .toSorted((one, other) => one.distance - other.distance)
  return close[0]?.word
}

/** How many letters have to be put in, left out, or changed (Levenshtein). */
function distanceBetween(from: string, to: string): number {
  // What is longer than any word is none of them.
  let row = Array.from({ length: to.length + 1 }, (_, column) => column)
  for (const [index, letter] of from.slice(0, 40).split('').entries()) {
    const next = [index + 1]
    for (let column = 1; column <= to.length; column++) {
      const isSame = letter === to[column - 1]
      const changed = (row[column - 1] ?? 0) + (isSame ? 0 : 1)
      next.push(Math.min(changed, (row[column] ?? 0) + 1, (next[column - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[to.length] ?? 0
}
