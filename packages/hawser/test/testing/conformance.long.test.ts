import { createPair, transportCases } from 'hawser/testing'
import { describe, it } from 'vitest'

// Some cases send five megabytes: by single bytes that takes longer than all other pairs together.
describe('the memory pair, one byte at a time', () => {
  it.each(transportCases().map((each) => [each.name, each] as const))('%s', async (_case, each) => {
    await each.run(async () => {
      const [left, right] = createPair({ chunkSize: 1 })
      const dispose = async (): Promise<void> => {
        left.reset()
        right.reset()
      }
      return { left, right, dispose }
    })
  })
})
