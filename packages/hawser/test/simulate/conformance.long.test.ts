import { transportCases } from 'hawser/testing'
import { describe, it } from 'vitest'
import { runCase } from './support/run-case.js'

const ways = {
  'a long way': { latency: 50, jitter: 50 },
  'a bad way': { latency: 10, loss: 0.3, chunkSize: 7 },
} as const

describe.each(Object.entries(ways))('a simulated connection, over %s', (_way, network) => {
  it.each(transportCases().map((each) => [each.name, each] as const))('%s', async (_case, each) => {
    await runCase(each, network)
  })
})
