import process from 'node:process'
import { expect, it } from 'vitest'
import { usedMemory } from '../../../../test/support/memory.js'
import { Caller, startTestWorkers } from './support/workers.js'

/** Size, and how many. */
const loads: readonly (readonly [size: number, count: number])[] = [
  [1, 60_000],
  [9, 60_000],
  [1_024, 4_000],
  [1_048_576, 8],
]

it('what waits in the primary for a stopped worker takes about the bytes counted', async () => {
  const workers = await startTestWorkers({
    env: { BACKPLANE: 'yes' },
    maxQueuedBytes: 64 * 1024 * 1024,
  })
  const [one, other] = [await Caller.call(workers), await Caller.call(workers)]
  const stopped = await other.pid()
  expect(await one.pid()).not.toBe(stopped)
  await other.say('join deck')
  await other.next()
  process.kill(stopped, 'SIGSTOP')
  const queued = (): number =>
    workers.info().workers.find(({ pid }) => pid === stopped)?.queued ?? 0
  // On a busy machine the rest of a flood may come while the memory is looked at.
  const measure = async (): Promise<{ counted: number; memory: number }> => {
    for (;;) {
      const counted = queued()
      const memory = await usedMemory()
      if (queued() === counted) return { counted, memory }
    }
  }
  const flood = async (size: number, count: number): Promise<void> => {
    const before = queued()
    await one.say(`flood deck ${size} ${count}`)
    expect(await one.next()).toBe('flooded, lost 0')
    while (queued() < before + (size * count) / 2) await new Promise(setImmediate)
    for (let still = 0, last = -1; still < 200;) {
      await new Promise(setImmediate)
      still = queued() === last ? still + 1 : 0
      last = queued()
    }
  }
  // What the operating system takes, and what is made at the first use, is no message that waits.
  await flood(1_024, 2_000)
  const ratios: Record<string, number> = {}
  for (const [size, count] of loads) {
    const before = await measure()
    await flood(size, count)
    const after = await measure()
    ratios[size] = (after.memory - before.memory) / (after.counted - before.counted)
  }
  process.kill(stopped, 'SIGCONT')
  expect(Object.values(ratios).filter((ratio) => !(ratio > 0.5 && ratio < 2))).toEqual([])
})
