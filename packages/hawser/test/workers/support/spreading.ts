import { expect } from 'vitest'
import { Caller, startTestWorkers } from './workers.js'

/** How many of the callers each worker has. */
export async function countByWorker(callers: readonly Caller[]): Promise<number[]> {
  const counts = new Map<number, number>()
  for (const pid of await Promise.all(callers.map((caller) => caller.pid()))) {
    counts.set(pid, (counts.get(pid) ?? 0) + 1)
  }
  return [...counts.values()]
}

export function callMany(
  workers: Awaited<ReturnType<typeof startTestWorkers>>,
  count: number,
): Promise<Caller[]> {
  return Promise.all(Array.from({ length: count }, () => Caller.call(workers)))
}

/** The difference of the most and the fewest, to their mean. */
export function spreadOf(counts: readonly number[]): number {
  const sum = counts.reduce((all, each) => all + each, 0)
  return (Math.max(...counts) - Math.min(...counts)) / (sum / counts.length)
}

/** So many connections at once come to workers that have about as many each. */
export async function expectSpread(connections: number, count: number): Promise<void> {
  const workers = await startTestWorkers({ count })
  const counts = await countByWorker(await callMany(workers, connections))
  expect(counts).toHaveLength(count)
  expect(spreadOf(counts)).toBeLessThanOrEqual(0.2)
}
