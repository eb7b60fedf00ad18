/** A name this much longer than the longest option is no slip of the finger. */
const longest = 40

/**
 * The name that was probably meant: at most two letters, and a third of them, are wrong, missing, too
 * many, or in the wrong order.
 */
export function nearest(wrong: string, names: readonly string[]): string | undefined {
  if (wrong.length > longest) return undefined
  const lower = wrong.toLowerCase()
  const most = Math.min(2, Math.floor(wrong.length / 3))
  let best: string | undefined
  let least = most + 1
  for (const name of names) {
    const distance = distanceBetween(lower, name.toLowerCase())
    if (distance >= least) continue
    best = name
    least = distance
  }
  return best
}

/** Letters to put in, to leave out, to change or to swap with the next (optimal string alignment). */
function distanceBetween(from: string, to: string): number {
  let before: number[] = []
  let last = Array.from({ length: to.length + 1 }, (_, index) => index)
  for (let row = 1; row <= from.length; row++) {
    const now = [row]
    for (let column = 1; column <= to.length; column++) {
      const isSame = from[row - 1] === to[column - 1]
      let least = Math.min(
        at(last, column) + 1,
        at(now, column - 1) + 1,
        at(last, column - 1) + (isSame ? 0 : 1),
      )
      const isSwapped = from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1]
      if (row > 1 && column > 1 && isSwapped) least = Math.min(least, at(before, column - 2) + 1)
      now.push(least)
    }
    before = last
    last = now
  }
  return at(last, to.length)
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? 0
}
