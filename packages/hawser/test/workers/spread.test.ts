import process from 'node:process'
import { expect, it } from 'vitest'
import { Caller, startTestWorkers } from './support/workers.js'

/** How many of the callers each worker has. */
async function countByWorker(callers: readonly Caller[]): Promise<number[]> {
  const counts = new Map<number, number>()
  for (const pid of await Promise.all(callers.map((caller) => caller.pid()))) {
    counts.set(pid, (counts.get(pid) ?? 0) + 1)
  }
  return [...counts.values()]
}

function callMany(
  workers: Awaited<ReturnType<typeof startTestWorkers>>,
  count: number,
): Promise<Caller[]> {
  return Promise.all(Array.from({ length: count }, () => Caller.call(workers)))
}

/** The difference of the most and the fewest, to their mean. */
function spreadOf(counts: readonly number[]): number {
  const sum = counts.reduce((all, each) => all + each, 0)
  return (Math.max(...counts) - Math.min(...counts)) / (sum / counts.length)
}

it.each([
  [50, 2],
  [200, 2],
  [50, 3],
  [200, 4],
])('a burst of %i connections is spread over %i workers', async (connections, count) => {
  const workers = await startTestWorkers({ count })
  const counts = await countByWorker(await callMany(workers, connections))
  expect(counts).toHaveLength(count)
  expect(spreadOf(counts)).toBeLessThanOrEqual(0.2)
})

it('a worker whose connections have closed gets the next ones', async () => {
  const workers = await startTestWorkers()
  const callers = await callMany(workers, 40)
  const pids = await Promise.all(callers.map((caller) => caller.pid()))
  const leaving = callers.filter((_, index) => pids[index] === pids[0])
  await Promise.all(leaving.map(({ connection }) => connection.close()))
  const staying = callers.filter((_, index) => pids[index] !== pids[0])
  const { length } = leaving
  const page = async (): Promise<string> => workers.prometheus()
  while (!/^hawser_connections\{worker="\d"\} 0$/m.test(await page()));
  const counts = await countByWorker([...staying, ...(await callMany(workers, length))])
  expect(spreadOf(counts)).toBeLessThanOrEqual(0.2)
})

it('a stopped worker keeps one connection waiting, and the others go to the rest', async () => {
  const workers = await startTestWorkers()
  const first = await Caller.call(workers)
  const stopped = await first.pid()
  process.kill(stopped, 'SIGSTOP')
  const callers = await callMany(workers, 10)
  const served: number[] = []
  const asking = callers.map(async (caller) => served.push(await caller.pid()))
  while (served.length < 9) await new Promise(setImmediate)
  expect(served).not.toContain(stopped)
  process.kill(stopped, 'SIGCONT')
  await Promise.all(asking)
  expect(served.filter((pid) => pid === stopped)).toHaveLength(1)
})
