import {
  createMemoryNetwork,
  createPair,
  type PairOptions,
  type Transport,
  transportCases,
  VirtualClock,
} from 'hawser/testing'
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

describe('a connection of a memory network', () => {
  it.each(transportCases().map((each) => [each.name, each] as const))('%s', async (_case, each) => {
    await each.run(async () => {
      const network = createMemoryNetwork()
      const place = { kind: 'tcp', host: '127.0.0.1', port: 8000 } as const
      let right: Transport | undefined
      const listener = await network.listen(place, ({ transport }) => (right = transport))
      const left = await network.dial(place)
      if (right === undefined) throw new Error('nothing has arrived')
      const far = right
      const dispose = async (): Promise<void> => {
        left.reset()
        far.reset()
        listener.close()
      }
      return { left, right, dispose }
    })
  })
})
