/** The longest that a timer of Node.js waits: one that is longer fires at once. */
const longest = 2 ** 31 - 1

/** Call `end` after so many milliseconds, however many. @returns gives it up */
export function endAfter(milliseconds: number, end: () => void): () => void {
  const until = performance.now() + milliseconds
  let timer: NodeJS.Timeout | undefined
  const wait = (): void => {
    const left = until - performance.now()
    timer = left > longest ? setTimeout(wait, longest) : setTimeout(end, left)
  }
  if (milliseconds !== Infinity) wait()
  return () => clearTimeout(timer)
}
