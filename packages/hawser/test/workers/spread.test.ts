import process from 'node:process'
import { expect, it } from 'vitest'
import { callMany, countByWorker, expectSpread, spreadOf } from './support/spreading.js'
import { Caller, startTestWorkers } from './support/workers.js'

it('a burst of connections is spread over the workers', async () => {
  await expectSpread(50, 2)
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
