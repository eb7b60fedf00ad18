import { createPair, transportCases, VirtualClock, type PairOptions } from 'hawser/testing'
import { describe, it } from 'vitest'

const variants: Record<string, PairOptions> = {
  'as it comes': {},
  'seven bytes at a time': { chunkSize: 7, borrowed: false },
  'bytes handed over for good': { borrowed: false },
  'a small window': { capacity: 1_000 },
}

describe.each(Object.entries(variants))('the memory pair, %s', (_name, options) => {
  it.each(transportCases().map((each) => [each.name, each] as const))('%s', async (_case, each) => {
    await each.run(async () => {
      const [left, right] = createPair(options)
      const dispose = async (): Promise<void> => {
        left.reset()
        right.reset()
      }
      return { left, right, dispose }
    })
  })
})

describe('the memory pair, with latency on a virtual clock', () => {
  it.each(transportCases().map((each) => [each.name, each] as const))('%s', async (_case, each) => {
    const clock = new VirtualClock()
    const stop = new AbortController()
    const drive = async (): Promise<void> => {
      while (!stop.signal.aborted) await clock.advance(1)
    }
    let driving: Promise<void> | undefined
    await each.run(async () => {
      const [left, right] = createPair({ latency: 5, clock })
      driving = drive()
      const dispose = async (): Promise<void> => {
        stop.abort()
        left.reset()
        right.reset()
        await driving
      }
      return { left, right, dispose }
    })
  })
})
