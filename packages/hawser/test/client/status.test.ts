import { expect, it } from 'vitest'
import { changeStatus, StatusFeed } from '../../src/client/steady/status.js'

it('a loop over the status that is slow gets the last 64 changes, and the last of all', async () => {
  const feed = new StatusFeed()
  const slow = feed[Symbol.asyncIterator]()
  for (let attempt = 1; attempt <= 1_000; attempt += 1) {
    changeStatus(feed, { state: 'connecting', attempt })
  }
  changeStatus(feed, { state: 'closed' })
  const seen: unknown[] = []
  for await (const status of slow) seen.push(status)
  expect(seen).toHaveLength(64)
  expect(seen[0]).toEqual({ state: 'connecting', attempt: 938 })
  expect(seen.at(-1)).toEqual({ state: 'closed' })
})
