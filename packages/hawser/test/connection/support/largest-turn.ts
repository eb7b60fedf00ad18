import { onTestFinished } from 'vitest'

/** The largest growth of `count` between two turns of the event loop. */
export function largestTurn(count: () => number): () => number {
  let largest = 0
  let before = count()
  let isOver = false
  const look = (): void => {
    largest = Math.max(largest, count() - before)
    before = count()
    if (!isOver) setImmediate(look)
  }
  setImmediate(look)
  onTestFinished(() => {
    isOver = true
  })
  return () => largest
}

export async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await new Promise(setImmediate)
}
