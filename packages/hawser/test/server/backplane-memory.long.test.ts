import { type Backplane, createServer, lines } from 'hawser'
import { expect, it } from 'vitest'
import { usedMemory } from '../../../../test/support/memory.js'
import { closeAtEnd, loopback } from './support/serving.js'

/** Size, and how many. */
const loads: readonly (readonly [size: number, count: number])[] = [
  [1, 20_000],
  [9, 20_000],
  [1_024, 10_000],
  [1_048_576, 16],
]

it('what waits for a backplane that does not go on takes about the bytes counted', async () => {
  const kept: unknown[] = []
  const backplane: Backplane = {
    nodeId: 'stuck',
    open: () => {},
    subscribe: () => {},
    unsubscribe: () => {},
    close: () => {},
    publish: (topic, message) => new Promise((resolve) => kept.push({ topic, message, resolve })),
  }
  const server = createServer({ framing: lines(), backplane, backplaneQueue: Infinity })
  closeAtEnd(server)
  await server.listen(loopback)
  const queued = (): number => server.info().backplane?.queued ?? 0
  const fill = (size: number, count: number): void => {
    for (let each = 0; each < count; each += 1) server.to('news').send('x'.repeat(size))
  }
  // What is made at the first use is no message.
  fill(1, 2_000)
  const ratios: number[] = []
  for (const [size, count] of loads) {
    const [counted, memory] = [queued(), await usedMemory()]
    fill(size, count)
    ratios.push(((await usedMemory()) - memory) / (queued() - counted))
  }
  expect(ratios.filter((ratio) => !(ratio > 0.5 && ratio < 2))).toEqual([])
})
