import { once } from 'node:events'
import process from 'node:process'
import { expect, it } from 'vitest'
import { Caller, startTestWorkers } from './support/workers.js'

type Workers = Awaited<ReturnType<typeof startTestWorkers>>

function startWith(options: object, count = 2): Promise<Workers> {
  return startTestWorkers({ count, env: { OPTIONS: JSON.stringify(options) } })
}

/** A caller that was let in, or undefined for one that was refused. */
async function tryCall(workers: Workers): Promise<Caller | undefined> {
  const caller = await Caller.call(workers)
  const pid = await caller.pid().catch(() => Number.NaN)
  return Number.isNaN(pid) ? undefined : caller
}

/** Call until one is let in. */
async function letIn(workers: Workers): Promise<Caller> {
  for (;;) {
    const caller = await tryCall(workers)
    if (caller !== undefined) return caller
  }
}

/** Call until so many in a row were refused, which is more than one for each worker; the others hang up. */
async function untilAllRefuse(workers: Workers): Promise<void> {
  for (let refused = 0; refused < 8; refused += 1) {
    const caller = await tryCall(workers)
    if (caller === undefined) continue
    refused = -1
    await caller.connection.close()
  }
}

it('maxPerAddress holds for all workers together', async () => {
  const workers = await startWith({ maxPerAddress: 3 })
  const callers = [await letIn(workers), await letIn(workers), await letIn(workers)]
  const pids = await Promise.all(callers.map((caller) => caller.pid()))
  expect(new Set(pids).size).toBe(2)
  await untilAllRefuse(workers)
  await callers[0]?.connection.close()
  await letIn(workers)
  await untilAllRefuse(workers)
})

it('a burst lets in no more than each worker alone would', async () => {
  const workers = await startWith({ maxPerAddress: 3 })
  const callers = await Promise.all(Array.from({ length: 12 }, () => tryCall(workers)))
  const { length } = callers.filter((caller) => caller !== undefined)
  expect(length).toBeGreaterThanOrEqual(3)
  expect(length).toBeLessThanOrEqual(6)
  await untilAllRefuse(workers)
})

it('what a killed worker had is free again, and its successor knows what the others have', async () => {
  const workers = await startWith({ maxPerAddress: 2 })
  const callers = [await letIn(workers), await letIn(workers)]
  await untilAllRefuse(workers)
  const started = once(workers, 'listening')
  process.kill(await (callers[0] as Caller).pid(), 'SIGKILL')
  await started
  await letIn(workers)
  await untilAllRefuse(workers)
})

it('connectRate holds for all workers together', async () => {
  const workers = await startWith({ connectRate: { perSecond: 0.001, burst: 10 } })
  let count = 0
  for (let refused = 0; refused < 8; refused += 1) {
    const caller = await tryCall(workers)
    if (caller === undefined) continue
    count += 1
    refused = -1
    // Once it has left, its worker has told the primary, which told the other one.
    await caller.connection.close()
    await workers.prometheus()
    await workers.prometheus()
  }
  expect(count).toBe(10)
})
