import { describe, expect, it } from 'vitest'
import { LineQueue } from '../../src/input/line-queue.js'

describe('LineQueue', () => {
  it('hands out lines in order, and ends behind the last', async () => {
    const queue = new LineQueue<string>()
    queue.push('a')
    const collected: string[] = []
    const done = (async () => {
      for await (const line of queue) collected.push(line)
    })()
    await new Promise(setImmediate)
    queue.push('b')
    queue.push('c')
    queue.end()
    await done
    expect(collected).toEqual(['a', 'b', 'c'])
  })
})
